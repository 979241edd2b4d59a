package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A run's log file: made before the start, for its owner's eyes only. */
final class LogFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final boolean created;
  private final OutputStream stream;

  private LogFile(Path path, boolean created, OutputStream stream) {
    this.path = path;
    this.created = created;
    this.stream = stream;
  }

  static LogFile open(Path path) {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      boolean created = true;
      try {
        Files.createFile(
            path,
            posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0]);
      } catch (FileAlreadyExistsException e) {
        created = false;
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          throw new StorageException(path, "is no regular file, so nothing is logged to it", e);
        }
        if (posix) {
          Files.setPosixFilePermissions(path, OWNER_ONLY);
        }
      }
      // Not a channel: one that belongs to an interrupted thread would close itself.
      return new LogFile(path, created, new FileOutputStream(path.toFile(), true));
    } catch (IOException e) {
      throw new StorageException(path, "cannot be opened as a log file", e);
    }
  }

  OutputStream stream() {
    return stream;
  }

  /** Nothing was started: leaves the directory as it was. */
  void discard() {
    try {
      stream.close();
      if (created) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new StorageException(path, "cannot be removed", e);
    }
  }
}
