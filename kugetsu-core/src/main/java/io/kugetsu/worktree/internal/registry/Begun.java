package io.kugetsu.worktree.internal.registry;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of something that was begun and may be cut off in its middle: a file {@code
 * kugetsu/begun/<kind>-<name>.<serial>} in the repository's common directory, there before the
 * first step is taken and taken away after the last. What a program that died had begun is brought
 * to an end by a {@link Settler}. Used like this:
 *
 * <pre>{@code
 * try (Begun begun = Begun.begin(registry, Kind.REMOVE, name, Map.of("root", ...))) {
 *   Git marked = begun.marked(git); // for every git that changes something
 *   ...
 *   begun.done(); // all is there, or all is undone; without it the next opening settles it
 * }
 * }</pre>
 *
 * <p>For one thread.
 */
public final class Begun implements AutoCloseable {
  /** What was begun. */
  public enum Kind {
    CREATE,
    ADOPT,
    REMOVE,
    RESTORE,
    INTEGRATE;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Git that does a part of it has this in its environment, as it outlives a killed program. */
  public static final String VARIABLE = "KUGETSU_GIT";

  private static final Logger LOG = LoggerFactory.getLogger(Begun.class);
  private static final String VERSION = "1";
  private static final String MAKER = "maker";
  // Another class loader in this JVM has its own ones, which it alone can tell to be left.
  private static final String INSTANCE =
      Long.toString(ThreadLocalRandom.current().nextLong() >>> 1, Character.MAX_RADIX);
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();
  private static final AtomicLong COUNT = new AtomicLong();

  private final Path file;
  private final Kind kind;
  private final String name;
  private final Map<String, String> fields;

  private Begun(Path file, Kind kind, String name, Map<String, String> fields) {
    this.file = file;
    this.kind = kind;
    this.name = name;
    this.fields = new LinkedHashMap<>(fields);
  }

  /**
   * Records what is about to be done, durably unless it is a creation.
   *
   * @param name the worktree's name
   * @param fields what is needed to end it, for example where the root is; names without blanks
   */
  public static Begun begin(Registry registry, Kind kind, String name, Map<String, String> fields) {
    Path directory = directory(registry);
    AtomicFiles.createDirectories(directory);
    String serial = ProcessFacts.ownPid() + "-" + INSTANCE + "-" + COUNT.incrementAndGet();
    Path file = directory.resolve(kind.word() + "-" + name + "." + serial);
    Begun begun = new Begun(file, kind, name, fields);
    HELD.add(begun.id());
    try {
      begun.write();
    } catch (RuntimeException | Error e) {
      HELD.remove(begun.id());
      throw e;
    }
    return begun;
  }

  /** Those of programs that are dead, and of calls of this one that could not end them. */
  public static List<Begun> left(Registry registry) {
    List<Begun> left = new ArrayList<>();
    Path directory = directory(registry);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[a-z]*")) {
      for (Path file : files) {
        read(file).filter(Begun::isLeft).ifPresent(left::add);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(directory, "cannot be read: " + e, e);
    }
    return left;
  }

  /** Removes the records that dead programs had not written to their end. */
  public static void sweep(Registry registry) {
    AtomicFiles.sweep(directory(registry));
  }

  public Kind kind() {
    return kind;
  }

  public String name() {
    return name;
  }

  public Optional<String> field(String key) {
    return Optional.ofNullable(fields.get(key));
  }

  /** Adds to the fields, as durably. */
  public void note(Map<String, String> more) {
    fields.putAll(more);
    write();
  }

  /** The same git, marked as doing a part of this. */
  public Git marked(Git git) {
    return git.with(VARIABLE, id());
  }

  /** Names this among all that was ever begun on this machine. */
  public String id() {
    return String.valueOf(file.getFileName());
  }

  /** It has come to its end, or nothing of it is left. */
  public void done() {
    AtomicFiles.delete(file);
    HELD.remove(id());
  }

  /** Whether its record is still there; to be asked under the registry's lock. */
  public boolean isStillLeft() {
    return read(file).filter(Begun::isLeft).isPresent();
  }

  /** Nobody works on it any more: unless it is done, whoever comes next settles it. */
  @Override
  public void close() {
    HELD.remove(id());
  }

  private boolean isLeft() {
    String[] maker = fields.getOrDefault(MAKER, "").split(" ", -1);
    try {
      long pid = Long.parseLong(maker[0]);
      if (!ProcessFacts.isAlive(pid, Long.parseLong(maker[1]), maker[3])) {
        return true;
      }
      return pid == ProcessFacts.ownPid() && maker[2].equals(INSTANCE) && !HELD.contains(id());
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("{} is damaged and left alone", file);
      return false;
    }
  }

  private void write() {
    long pid = ProcessFacts.ownPid();
    long start = ProcessFacts.startTicks(pid).orElse(0);
    StringBuilder text = new StringBuilder("version " + VERSION + "\n");
    fields.put(MAKER, pid + " " + start + " " + INSTANCE + " " + ProcessFacts.bootId());
    fields.forEach(
        (key, value) -> text.append(key).append(' ').append(escaped(value)).append('\n'));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (kind == Kind.CREATE) {
      // What a loss of power leaves of that is in the way at most: git forces nothing of it either.
      AtomicFiles.writeUnforced(file, bytes);
    } else {
      AtomicFiles.write(file, bytes);
    }
  }

  private static Optional<Begun> read(Path file) {
    String id = String.valueOf(file.getFileName());
    int dash = id.indexOf('-');
    int dot = id.indexOf('.');
    Kind kind = dash < 0 || dot < dash ? null : kind(id.substring(0, dash));
    Optional<byte[]> bytes = AtomicFiles.read(file);
    if (bytes.isEmpty()) {
      return Optional.empty(); // it came to its end just now
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : new String(bytes.get(), StandardCharsets.UTF_8).split("\n")) {
      int space = line.indexOf(' ');
      if (space > 0) {
        fields.put(line.substring(0, space), unescaped(line.substring(space + 1)));
      }
    }
    if (kind == null
        || !VERSION.equals(fields.remove("version"))
        || !Names.isValid(id.substring(dash + 1, dot))) {
      LOG.warn("{} is damaged or of a newer version; it is left alone", file);
      return Optional.empty();
    }
    return Optional.of(new Begun(file, kind, id.substring(dash + 1, dot), fields));
  }

  private static @Nullable Kind kind(String word) {
    for (Kind kind : Kind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    return null;
  }

  private static Path directory(Registry registry) {
    return registry.common().resolve("kugetsu").resolve("begun");
  }

  private static String escaped(String value) {
    return value.replace("%", "%25").replace("\n", "%0A");
  }

  private static String unescaped(String value) {
    return value.replace("%0A", "\n").replace("%25", "%");
  }

  @Override
  public String toString() {
    return id();
  }
}
