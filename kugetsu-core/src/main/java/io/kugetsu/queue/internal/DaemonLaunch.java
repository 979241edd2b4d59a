package io.kugetsu.queue.internal;

import io.kugetsu.common.Limits;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.OwnSession;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts the program of the background dispatcher, in a session of its own, with nothing of this
 * program's but its environment. What that program is to do is told to it by variables.
 *
 * @param files its files
 * @param command the command line
 * @param environment the variables that count for it
 * @param repository the repository it is opened on first
 * @param limits the limits that the starting instance was given, or empty
 * @param family how many descendants of a root task may run at once there
 */
public record DaemonLaunch(
    DaemonFiles files,
    List<String> command,
    Map<String, String> environment,
    Path repository,
    Optional<Limits> limits,
    int family) {
  /** What all variables begin with that are only for that program, and not for what it runs. */
  public static final String PREFIX = "KUGETSU_DAEMON_";

  private static final String REPOSITORY = PREFIX + "REPOSITORY";
  private static final String IDLE = PREFIX + "IDLE";
  private static final String LIMITS = PREFIX + "LIMITS";
  private static final String FAMILY = PREFIX + "FAMILY";
  private static final String RUN = "KUGETSU_RUN";
  private static final String DIRECTORY = "KUGETSU_DIR";

  /** Copies its collections. */
  public DaemonLaunch {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /**
   * What a launched program is told.
   *
   * @param directory kugetsu's directory
   * @param repository the repository to be opened
   * @param idle how long it stays with nothing to do; zero for ever
   * @param limits the limits, or empty for those of the settings
   * @param family how many descendants of a root task may run at once
   */
  public record Told(
      Path directory, Path repository, Duration idle, Optional<Limits> limits, int family) {}

  /**
   * Reads what this program was told.
   *
   * @param variables its environment
   * @return what it was told; empty when it was not launched as a background dispatcher
   */
  public static Optional<Told> told(Map<String, String> variables) {
    String repository = variables.get(REPOSITORY);
    String directory = variables.get(DIRECTORY);
    if (repository == null || directory == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Told(
            Path.of(directory),
            Path.of(repository),
            Duration.parse(variables.getOrDefault(IDLE, "PT0S")),
            Optional.ofNullable(variables.get(LIMITS)).map(DaemonLaunch::parse),
            Optional.ofNullable(variables.get(FAMILY))
                .map(Integer::valueOf)
                .orElse(SpawnLimits.DEFAULT.running())));
  }

  private static Limits parse(String text) {
    Map<String, Integer> perKey = new HashMap<>();
    text.lines()
        .forEach(
            line -> {
              int at = line.lastIndexOf('=');
              perKey.put(line.substring(0, at), Integer.parseInt(line.substring(at + 1)));
            });
    return new Limits(perKey);
  }

  private static String print(Limits limits) {
    List<String> lines = new ArrayList<>();
    limits.perKey().forEach((key, most) -> lines.add(key + "=" + most));
    return String.join("\n", lines);
  }

  /**
   * The command that runs the library's own program, with the JVM and the paths of this one.
   *
   * @param main the program's class
   * @return the words
   */
  public static List<String> ownCommand(Class<?> main) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It does little, and is to be small while it does: a gigabyte of machine is not a bigger heap.
    words.add("-XX:+UseSerialGC");
    Module module = main.getModule();
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    if (module.isNamed() && !modules.isEmpty()) {
      words.addAll(List.of("--module-path", modules));
    }
    if (!classes.isEmpty()) {
      words.addAll(List.of("--class-path", classes));
    }
    if (module.isNamed()) {
      words.addAll(List.of("--module", module.getName() + "/" + main.getName()));
    } else {
      words.add(main.getName());
    }
    return words;
  }

  /**
   * Starts it, and does not wait for it.
   *
   * @param idle how long it stays with nothing to do; zero for ever
   * @return its mark
   * @throws StorageException when it cannot be started
   */
  public DaemonMark start(Duration idle) {
    files.make();
    new DaemonLog(files.log(), line -> line).make();
    List<String> words = new ArrayList<>(OwnSession.words());
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(files.directory().toFile())
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(files.log().toFile()));
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    // Started by an agent it is not a part of that agent's run, and does not end with it.
    variables.remove(RUN);
    variables.put(DIRECTORY, files.directory().toString());
    variables.put(REPOSITORY, repository.toString());
    variables.put(IDLE, idle.toString());
    variables.put(FAMILY, Integer.toString(family));
    variables.remove(LIMITS);
    limits.ifPresent(given -> variables.put(LIMITS, print(given)));
    try {
      Process process = builder.start();
      DaemonMark mark = DaemonMark.of(process.pid(), Instant.now(), idle);
      files.tellLaunched(mark);
      return mark;
    } catch (IOException e) {
      throw new StorageException(files.log(), "the dispatcher could not be started: " + e, e);
    }
  }
}
