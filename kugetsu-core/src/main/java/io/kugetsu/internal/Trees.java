package io.kugetsu.internal;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Directories of our own with everything in them. */
public final class Trees {
  private static final Logger LOG = LoggerFactory.getLogger(Trees.class);
  private static final Set<PosixFilePermission> OWNER =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private Trees() {}

  /**
   * Deletes what is at a place as far as possible. No symbolic link is followed, and directories
   * that may not be written are made writable first.
   *
   * @param place the place; nothing need be there
   * @return whether all of it is gone
   */
  public static boolean delete(Path place) {
    try {
      Deletion deletion = new Deletion();
      Files.walkFileTree(place, deletion);
      if (deletion.first == null) {
        return true;
      }
      LOG.warn("{} could not be deleted completely", place, deletion.first);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted completely", place, e);
    }
    return !Files.exists(place, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Makes a directory of our own readable, writable and searchable for its owner.
   *
   * @param directory the directory
   * @return whether it is now
   */
  public static boolean makeUsable(Path directory) {
    if (Files.isReadable(directory)
        && Files.isWritable(directory)
        && Files.isExecutable(directory)) {
      return true;
    }
    try {
      PosixFileAttributeView view =
          Files.getFileAttributeView(directory, PosixFileAttributeView.class);
      if (view != null) {
        view.setPermissions(OWNER);
      }
      return view != null;
    } catch (IOException e) {
      return false;
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    private @Nullable IOException first;

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      makeUsable(directory);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      delete(file);
      return FileVisitResult.CONTINUE;
    }

    // A directory that may not even be listed comes here, before it could be made readable.
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
          && !Files.isReadable(file)
          && makeUsable(file)
          && Files.isReadable(file)) {
        Files.walkFileTree(file, this);
      } else if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        remember(failure);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
      if (failure != null) {
        remember(failure);
      }
      delete(directory);
      return FileVisitResult.CONTINUE;
    }

    private void delete(Path path) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        remember(e);
      }
    }

    private void remember(IOException failure) {
      if (first == null) {
        first = failure;
      }
    }
  }
}
