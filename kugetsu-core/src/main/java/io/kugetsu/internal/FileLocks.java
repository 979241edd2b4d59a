package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one registry of this JVM's lock files, and the only way to them. A POSIX lock belongs to the
 * process: closing <em>any</em> channel on the file drops it, while Java still calls it valid. So a
 * lock file is opened once per JVM, never closed, and never opened for anything else.
 */
public final class FileLocks {
  static final AtomicInteger HELD = new AtomicInteger();
  private static final Map<Path, LockFile> FILES = new ConcurrentHashMap<>();

  private FileLocks() {}

  /**
   * The lock on a file, which is made if it is missing; always the same object for the same file.
   *
   * @param file the lock file; its directory exists
   * @return its lock
   */
  public static LockFile of(Path file) {
    Path name = canonical(file);
    synchronized (FILES) {
      LockFile known = FILES.get(name);
      if (known == null) {
        known = sameFile(name).orElseGet(() -> new LockFile(name));
        FILES.put(name, known);
      }
      return known;
    }
  }

  /** {@return how many locks this JVM holds at this moment; for checks that nothing leaks} */
  public static int held() {
    return HELD.get();
  }

  /** Another name of a file that is open already, for example a hard link. */
  private static Optional<LockFile> sameFile(Path name) {
    try {
      Optional<Object> key = fileKey(name);
      if (key.isPresent()) {
        for (LockFile file : FILES.values()) {
          if (file.isOpenAs(key.get())) {
            return Optional.of(file);
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new StorageException(name, "cannot be used as a lock file: " + e, e);
    }
  }

  /** What identifies the file behind a name; empty when there is none, or the system has no key. */
  static Optional<Object> fileKey(Path file) throws IOException {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Path canonical(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    Path directory = absolute.getParent();
    if (directory == null) {
      throw new StorageException(file, "is not a name for a lock file", null);
    }
    try {
      return directory.toRealPath().resolve(absolute.getFileName());
    } catch (IOException e) {
      throw new StorageException(directory, "is needed for a lock file: " + e, e);
    }
  }
}
