package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.FaultPoints.Step;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files that are there as a whole or not at all. A file is written beside its target under a name
 * that tells its writer, forced to the disk, renamed over the target, and the directory is forced
 * too. Files are for their owner only (0600, directories 0700) from their creation on. An interrupt
 * of the calling thread neither breaks a step off nor gets lost. Every failure is a {@link
 * StorageException}.
 */
public final class AtomicFiles {
  private static final Pattern TEMPORARY =
      Pattern.compile("\\..+\\.([0-9]{1,18})-([0-9]{1,18})\\.[0-9]+\\.tmp");
  private static final AtomicLong COUNT = new AtomicLong();
  private static final String WRITER =
      ProcessFacts.ownPid() + "-" + ProcessFacts.startTicks(ProcessFacts.ownPid()).orElse(0);

  private AtomicFiles() {}

  /**
   * Writes a file durably, in one step, replacing what was there.
   *
   * @param target the file; its directory exists
   * @param content what is in it afterwards
   */
  public static void write(Path target, byte[] content) {
    writeUnsynced(target, content);
    syncDirectory(directoryOf(target));
  }

  /**
   * Writes a file in one step, but leaves it to the caller to make the new name durable with {@link
   * #syncDirectory}.
   *
   * @param target the file; its directory exists
   * @param content what is in it afterwards
   */
  public static void writeUnsynced(Path target, byte[] content) {
    Path temporary = temporaryFor(target);
    try {
      writeForced(temporary, content);
      FaultPoints.before(Step.RENAME, target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw new StorageException(target, "could not be written: " + e, e);
    }
  }

  /**
   * Writes a file in one step, but leaves it to the system when it gets to the disk: for what need
   * not outlast more than the program.
   *
   * @param target the file; its directory exists
   * @param content what is in it afterwards
   */
  public static void writeUnforced(Path target, byte[] content) {
    Path temporary = temporaryFor(target);
    try {
      createNew(temporary, content);
      FaultPoints.before(Step.RENAME, target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw new StorageException(target, "could not be written: " + e, e);
    }
  }

  /**
   * Writes a file durably, in one step, unless there is one. Where a file can have one name only,
   * one that somebody else makes in the same moment may be replaced.
   *
   * @param target the file; its directory exists
   * @param content what is in it afterwards
   * @return whether it was written
   */
  public static boolean writeNew(Path target, byte[] content) {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Path temporary = temporaryFor(target);
    try {
      writeForced(temporary, content);
      FaultPoints.before(Step.RENAME, target);
      if (!isNamed(temporary, target)) {
        return false;
      }
    } catch (IOException e) {
      throw new StorageException(target, "could not be written: " + e, e);
    } finally {
      deleteQuietly(temporary);
    }
    syncDirectory(directoryOf(target));
    return true;
  }

  /** Gives a file a name that no other one has; false when one has it. */
  private static boolean isNamed(Path temporary, Path target) throws IOException {
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException | FileSystemException e) {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
    return true;
  }

  /**
   * Makes a file for its owner only, which must not be there yet. Not in one step, and not forced
   * to the disk.
   *
   * @param file the file; its directory exists
   * @param content what is in it
   * @throws IOException when it cannot be made, or is there
   */
  public static void createNew(Path file, byte[] content) throws IOException {
    FaultPoints.before(Step.CREATE, file);
    Files.createFile(file, ownerOnly(file));
    if (content.length > 0) {
      try (FileOutputStream out = new FileOutputStream(file.toFile())) {
        out.write(content);
      }
    }
  }

  /**
   * Appends to a file in one step, so that what several append at once does not mix. Not forced to
   * the disk.
   *
   * @param file the file, which is there
   * @param content what is added
   */
  public static void append(Path file, byte[] content) {
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      FaultPoints.before(Step.APPEND, file);
      out.write(content);
    } catch (IOException e) {
      throw new StorageException(file, "could not be appended to: " + e, e);
    }
  }

  /**
   * Empties a file. Not forced to the disk.
   *
   * @param file the file, which is there
   */
  public static void truncate(Path file) {
    try {
      FaultPoints.before(Step.EMPTY, file);
      new FileOutputStream(file.toFile()).close();
    } catch (IOException e) {
      throw new StorageException(file, "could not be emptied: " + e, e);
    }
  }

  /**
   * Reads a whole file.
   *
   * @param file the file
   * @return what is in it, or empty when there is no such file
   */
  public static Optional<byte[]> read(Path file) {
    try {
      return Optional.of(Uninterrupted.call(() -> Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StorageException(file, "could not be read: " + e, e);
    }
  }

  /**
   * Removes a file. The removal is not forced to the disk.
   *
   * @param file the file
   * @return whether there was one
   */
  public static boolean delete(Path file) {
    try {
      FaultPoints.before(Step.UNLINK, file);
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StorageException(file, "could not be removed: " + e, e);
    }
  }

  /**
   * Gives a file another name in the same directory, durably. Fails when that name is taken.
   *
   * @param file the file
   * @param name its new name
   * @return the file under its new name
   */
  public static Path rename(Path file, String name) {
    Path target = file.resolveSibling(name);
    try {
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      FaultPoints.before(Step.RENAME, target);
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StorageException(file, "could not be renamed to " + name + ": " + e, e);
    }
    syncDirectory(directoryOf(target));
    return target;
  }

  /**
   * Makes a directory and what is missing above it, durably; what is there is left as it is.
   *
   * @param directory the directory
   */
  public static void createDirectories(Path directory) {
    createDirectories(directory, true);
  }

  /**
   * Makes a directory and what is missing above it, for files that are not forced to the disk
   * either.
   *
   * @param directory the directory
   */
  public static void createDirectoriesUnsynced(Path directory) {
    createDirectories(directory, false);
  }

  private static void createDirectories(Path directory, boolean durably) {
    List<Path> missing = new ArrayList<>();
    Path next = directory.toAbsolutePath();
    while (next != null && !Files.isDirectory(next)) {
      missing.add(0, next);
      next = next.getParent();
    }
    for (Path path : missing) {
      try {
        FaultPoints.before(Step.MAKE_DIRECTORY, path);
        Files.createDirectory(path, permissions(path, "rwx------"));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(path)) {
          throw new StorageException(path, "is in the way: a directory is needed here", e);
        }
      } catch (IOException e) {
        throw new StorageException(path, "could not be made: " + e, e);
      }
      if (durably) {
        syncDirectory(directoryOf(path));
      }
    }
  }

  /**
   * Forces a directory's entries to the disk, where the system can.
   *
   * @param directory the directory
   */
  public static void syncDirectory(Path directory) {
    if (!isPosix(directory)) {
      return;
    }
    try {
      FaultPoints.before(Step.FORCE_DIRECTORY, directory);
      Uninterrupted.call(
          () -> {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
              channel.force(true);
            }
            return directory;
          });
    } catch (IOException e) {
      throw new StorageException(directory, "could not be forced to the disk: " + e, e);
    }
  }

  /**
   * Removes what writers that are dead left half-written in a directory. Temporary files of living
   * writers, and everything else, are left alone.
   *
   * @param directory the directory
   * @return how many files were removed
   */
  public static int sweep(Path directory) {
    int removed = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ".*.tmp")) {
      for (Path file : files) {
        Matcher name = TEMPORARY.matcher(String.valueOf(file.getFileName()));
        if (name.matches() && isDead(name) && delete(file)) {
          removed++;
        }
      }
    } catch (NoSuchFileException e) {
      return removed;
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(directory, "could not be listed: " + e, e);
    }
    return removed;
  }

  /**
   * The attribute that makes a new file its owner's only, where the system has such a thing.
   *
   * @param path where it will be
   * @return attributes for its creation
   */
  public static FileAttribute<?>[] ownerOnly(Path path) {
    return permissions(path, "rw-------");
  }

  /** Through a stream, not a channel: an interrupt does not close a stream. */
  private static void writeForced(Path file, byte[] content) throws IOException {
    FaultPoints.before(Step.CREATE, file);
    Files.createFile(file, ownerOnly(file));
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      FaultPoints.before(Step.WRITE, file);
      out.write(content);
      FaultPoints.before(Step.FORCE, file);
      out.getFD().sync();
    }
  }

  private static boolean isDead(Matcher name) {
    return !ProcessFacts.isAlive(
        Long.parseLong(name.group(1)), Long.parseLong(name.group(2)), ProcessFacts.bootId());
  }

  private static Path temporaryFor(Path target) {
    return target.resolveSibling(
        "." + target.getFileName() + "." + WRITER + "." + COUNT.incrementAndGet() + ".tmp");
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The sweep of a later opening takes it; the failure of the write is what counts.
      return;
    }
  }

  private static Path directoryOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static FileAttribute<?>[] permissions(Path path, String permissions) {
    if (!isPosix(path)) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
