package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of records, one JSON file each, named by what the record is about. What was read is
 * kept, unless it is much, and believed as long as the file's time, size and identity are the same.
 * A record that cannot be read is renamed to {@code <name>.json.corrupt-<n>} and reported; it never
 * counts as absent, and never keeps the others from being read. Not thread-safe: used under the
 * engine's lock.
 *
 * @param <T> what a record is read as
 */
final class RecordFolder<T> {
  static final String SUFFIX = ".json";

  /** Makes a value of a file's content. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads.
     *
     * @throws StorageException when the content makes no sense
     * @throws NewerFormatException when only a newer version can make sense of it
     */
    T read(Path file, byte[] content);
  }

  private static final Logger LOG = LoggerFactory.getLogger(RecordFolder.class);
  private static final String CORRUPT = ".corrupt-";

  /** With more records than these none is kept on the heap: they are read each time. */
  private static final int MOST_KEPT = 1_000;

  /** The time in nanoseconds. */
  private record Stamp(long modified, long size, @Nullable Object key) {}

  private record Kept<T>(Stamp stamp, @Nullable T value) {}

  private final Path directory;
  private final Reader<T> reader;
  private Map<String, Kept<T>> kept = new HashMap<>();

  RecordFolder(Path directory, Reader<T> reader) {
    this.directory = directory;
    this.reader = reader;
  }

  Path file(String name) {
    return directory.resolve(name + SUFFIX);
  }

  boolean has(String name) {
    return Files.exists(file(name));
  }

  /** The names of all records. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (isRecord(name)) {
          names.add(name.substring(0, name.length() - SUFFIX.length()));
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(directory, "could not be listed: " + e, e);
    }
    return names;
  }

  /** Whether there is no record, for the price of the first one. */
  boolean isEmpty() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (isRecord(String.valueOf(file.getFileName()))) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(directory, "could not be listed: " + e, e);
    }
  }

  private static boolean isRecord(String name) {
    return name.endsWith(SUFFIX) && !name.startsWith(".");
  }

  /** All records that can be read, by name. */
  Map<String, T> load() {
    Map<String, Kept<T>> present = new HashMap<>();
    Map<String, T> values = new HashMap<>();
    for (String name : names()) {
      Kept<T> now = load(name);
      if (now != null) {
        present.put(name, now);
        if (now.value() != null) {
          values.put(name, now.value());
        }
      }
    }
    kept = present.size() > MOST_KEPT ? Map.of() : present;
    return values;
  }

  /** One record, believed as {@link #load()} does; a refusal is not repeated for the same file. */
  private @Nullable Kept<T> load(String name) {
    Stamp stamp = stamp(file(name));
    if (stamp == null) {
      return null;
    }
    Kept<T> before = kept.get(name);
    if (before != null && before.stamp().equals(stamp)) {
      return before;
    }
    try {
      return readOrSetAside(name).map(value -> new Kept<T>(stamp, value)).orElse(null);
    } catch (NewerFormatException e) {
      LOG.warn("passed over: {}", e.refusal().getMessage());
      return new Kept<>(stamp, null);
    } catch (SetAsideException e) {
      return null;
    }
  }

  /** One record as it is on the disk now. */
  Optional<T> read(String name) {
    Path file = file(name);
    return AtomicFiles.read(file).map(content -> reader.read(file, content));
  }

  /**
   * One record as it is on the disk now; one that makes no sense is set aside.
   *
   * @throws SetAsideException when that happened
   */
  Optional<T> readOrSetAside(String name) {
    Path file = file(name);
    Optional<byte[]> content = AtomicFiles.read(file);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader.read(file, content.get()));
    } catch (StorageException e) {
      throw setAside(file, e);
    }
  }

  /**
   * Refuses to take a record for absent that was set aside and that nobody has looked after yet.
   */
  void refuseIfSetAside(String name) {
    if (isSetAside(name)) {
      throw new StorageException(
          firstAside(name),
          "is a record that could not be read; repair it and rename it back, or remove it",
          null);
    }
  }

  boolean isSetAside(String name) {
    return Files.exists(firstAside(name));
  }

  private Path firstAside(String name) {
    return file(name).resolveSibling(name + SUFFIX + CORRUPT + 1);
  }

  private SetAsideException setAside(Path file, StorageException problem) {
    int n = 1;
    while (Files.exists(file.resolveSibling(file.getFileName() + CORRUPT + n))) {
      n++;
    }
    Path aside = AtomicFiles.rename(file, file.getFileName() + CORRUPT + n);
    LOG.warn("a record could not be read and was kept as {}: {}", aside, problem.getMessage());
    return new SetAsideException(
        new StorageException(
            aside, "could not be read and was set aside: " + problem.getMessage(), problem));
  }

  private static @Nullable Stamp stamp(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
      return new Stamp(modified, attributes.size(), attributes.fileKey());
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new StorageException(file, "could not be looked at: " + e, e);
    }
  }
}
