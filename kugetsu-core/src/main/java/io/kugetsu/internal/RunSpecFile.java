package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is written down about a supervised run before it is started. Never its environment or its
 * input.
 *
 * @param argv the command
 * @param directory its working directory
 * @param marker what its processes carry
 * @param ownerPid the program that starts it
 * @param ownerStartTicks when that program was started
 * @param bootId the boot of the machine; empty where the system does not tell
 * @param pidNamespace in which process identifiers are meant; empty where the system does not tell
 * @param foreground whether it ends with its owner
 * @param outputCeiling in bytes, 0 for none
 * @param memoryCeiling in bytes, 0 for none
 * @param wakeFile what gets a byte more at its end, or null
 */
public record RunSpecFile(
    List<String> argv,
    String directory,
    String marker,
    long ownerPid,
    long ownerStartTicks,
    String bootId,
    String pidNamespace,
    boolean foreground,
    long outputCeiling,
    long memoryCeiling,
    @Nullable String wakeFile) {
  private static final int FORMAT = 1;

  /** It never changes for a process. */
  private static final String OWN_PID_NAMESPACE = readPidNamespace();

  /** Copies the list. */
  public RunSpecFile {
    argv = List.copyOf(argv);
  }

  /**
   * Writes it, without forcing it to the disk: after a crash of the machine nothing of the run is
   * left either.
   *
   * @param file where to; new
   * @throws IOException when it cannot be written, or is there
   */
  public void write(Path file) throws IOException {
    ObjectNode tree = Json.object();
    tree.put("format", FORMAT);
    ArrayNode words = tree.putArray("argv");
    argv.forEach(words::add);
    tree.put("directory", directory);
    tree.put("marker", marker);
    ObjectNode owner = tree.putObject("owner");
    owner.put("pid", ownerPid);
    owner.put("startTicks", ownerStartTicks);
    owner.put("bootId", bootId);
    owner.put("pidNamespace", pidNamespace);
    tree.put("foreground", foreground);
    tree.put("outputCeiling", outputCeiling);
    tree.put("memoryCeiling", memoryCeiling);
    if (wakeFile != null) {
      tree.put("wakeFile", wakeFile);
    }
    AtomicFiles.createNew(file, Json.print(tree));
  }

  /**
   * Reads one.
   *
   * @param file where from
   * @return what is in it
   * @throws StorageException when it is missing, is no such file, or is of a newer version
   */
  public static RunSpecFile read(Path file) {
    byte[] text =
        AtomicFiles.read(file)
            .orElseThrow(() -> new StorageException(file, "is missing: no run was here", null));
    JsonFields fields = new JsonFields(file, Json.parse(file, text));
    if (fields.number("format") > FORMAT) {
      throw new StorageException(file, "was written by a newer version of kugetsu", null);
    }
    JsonFields owner = fields.optionalObject("owner");
    if (owner == null) {
      throw new StorageException(file, "lacks the field 'owner'", null);
    }
    return new RunSpecFile(
        fields.list("argv", Function.identity()),
        fields.text("directory"),
        fields.text("marker"),
        owner.number("pid"),
        owner.number("startTicks"),
        owner.text("bootId"),
        owner.text("pidNamespace"),
        fields.flag("foreground"),
        fields.number("outputCeiling"),
        fields.number("memoryCeiling"),
        fields.optionalText("wakeFile"));
  }

  /** {@return what names the process identifiers of this program; empty where nothing does} */
  public static String ownPidNamespace() {
    return OWN_PID_NAMESPACE;
  }

  private static String readPidNamespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  /** {@return whether its process identifiers mean the same to this program} */
  public boolean sharesPids() {
    return pidNamespace.isEmpty() || pidNamespace.equals(ownPidNamespace());
  }

  /** {@return whether the machine has been started anew since} */
  public boolean isOfEarlierBoot() {
    return !bootId.isEmpty()
        && !ProcessFacts.bootId().isEmpty()
        && !bootId.equals(ProcessFacts.bootId());
  }

  /** {@return whether the program that started it lives; what cannot be known counts as living} */
  public boolean ownerLives() {
    return !isOfEarlierBoot()
        && (!sharesPids() || ProcessFacts.isAlive(ownerPid, ownerStartTicks, bootId));
  }
}
