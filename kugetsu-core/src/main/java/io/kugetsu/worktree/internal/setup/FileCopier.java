package io.kugetsu.worktree.internal.setup;

import io.kugetsu.internal.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies files from one directory to the same places below another: permissions and times with
 * them, over nothing that is there, and through no symbolic link on either side. The data goes from
 * channel to channel, which file systems that share blocks between files turn into sharing them.
 *
 * @param from the one directory
 * @param to the other
 */
record FileCopier(Path from, Path to) {
  private static final Logger LOG = LoggerFactory.getLogger(FileCopier.class);

  /**
   * Copies a file, or a link that stays inside. What is neither, what is gone meanwhile and what
   * has something at its place is left out.
   *
   * @param path its path from both directories
   * @throws IOException when it cannot be read or written
   */
  void copy(Path path) throws IOException {
    Path source = from.resolve(path);
    Path target = to.resolve(path);
    if (path.isAbsolute() || !path.equals(path.normalize()) || !makeWay(path)) {
      LOG.debug("{} is not copied to {}: something is in the way", path, to);
      return;
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(source, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        copyFile(source, target);
      } else if (attributes.isSymbolicLink() && staysInside(source)) {
        Files.createSymbolicLink(target, Files.readSymbolicLink(source));
      } else {
        LOG.warn("{} is not copied: it is neither a file nor a link that stays inside", source);
      }
    } catch (FileAlreadyExistsException e) {
      LOG.debug("{} is there already", target);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone", source);
    }
  }

  /** Makes the directories above a target; false when something else is there, or a link. */
  private boolean makeWay(Path path) throws IOException {
    for (int names = 1; names < path.getNameCount(); names++) {
      Path above = path.subpath(0, names);
      Path directory = to.resolve(above);
      if (!Files.isDirectory(from.resolve(above), LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
          return false;
        }
        Files.createDirectory(directory);
        Set<PosixFilePermission> permissions = permissions(from.resolve(above));
        if (permissions != null) { // ours must be able to write into it
          permissions.addAll(PosixFilePermissions.fromString("rwx------"));
          Files.setPosixFilePermissions(directory, permissions);
        }
      }
    }
    return true;
  }

  private static void copyFile(Path source, Path target) throws IOException {
    try (FileChannel in =
            FileChannel.open(source, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileChannel out =
            FileChannel.open(
                target,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                AtomicFiles.ownerOnly(target))) {
      long size = in.size();
      for (long at = 0; at < size; ) {
        long moved = in.transferTo(at, size - at, out);
        if (moved <= 0) {
          break;
        }
        at += moved;
      }
    }
    Set<PosixFilePermission> permissions = permissions(source);
    if (permissions != null) {
      Files.setPosixFilePermissions(target, permissions);
    }
    Files.setLastModifiedTime(target, Files.getLastModifiedTime(source));
  }

  /** As it is written, and where it leads at this moment; git's own directory is outside. */
  private boolean staysInside(Path link) throws IOException {
    Path written = Files.readSymbolicLink(link);
    Path directory = Objects.requireNonNull(link.getParent(), "a file is in a directory");
    return !written.isAbsolute()
        && isInside(directory.resolve(written).normalize())
        && (!Files.exists(link) || isInside(link.toRealPath()));
  }

  private boolean isInside(Path path) {
    return path.startsWith(from) && !path.equals(from) && !path.startsWith(from.resolve(".git"));
  }

  /** A changeable set; null where the file system knows no such thing. */
  private static @Nullable Set<PosixFilePermission> permissions(Path path) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    return view == null ? null : EnumSet.copyOf(view.readAttributes().permissions());
  }
}
