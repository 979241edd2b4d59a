package io.kugetsu.worktree.internal.removal;

import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.registry.Trash;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells whether anything in a directory was changed since a moment. A look at a worktree takes a
 * while, and what is written behind its back would go with the worktree.
 *
 * @param since the moment, by the clock of the file system; its steps may be coarse, so what was
 *     changed at the very moment counts
 */
record Untouched(FileTime since) {
  private static final String UNIX = "unix";
  // Who changes a file may set its time of modification, but not that of its last change.
  private static final String CHANGED = "ctime";
  private static final String MODIFIED = "lastModifiedTime";
  private static final String DIRECTORY = "isDirectory";
  private static final Duration TICK = Duration.ofMillis(1);
  private static final int MOST_TICKS = 20;

  /**
   * Since now. Right after something was made the clock may stand still yet, and it would count; so
   * it is given a moment to go on.
   *
   * @param trash where the time is read
   * @param entry changed last when the worktree was made
   */
  static Untouched from(Trash trash, Path entry) {
    try {
      FileTime last = Files.getLastModifiedTime(entry);
      FileTime now = trash.now();
      for (int tick = 0; tick < MOST_TICKS && last.compareTo(now) >= 0; tick++) {
        LockSupport.parkNanos(TICK.toNanos());
        now = trash.now();
      }
      return new Untouched(now);
    } catch (IOException e) {
      return new Untouched(FileTime.from(Instant.now()));
    }
  }

  /**
   * Whether nothing below a directory was changed. It itself does not count, as it may have been
   * moved, which does not change what is in it.
   *
   * @param except what does not count either, by raw names, each with all below it
   */
  boolean isSo(Path directory, Set<String> except) throws IOException {
    boolean unix = directory.getFileSystem().supportedFileAttributeViews().contains(UNIX);
    return isSo(directory, "", except, unix);
  }

  private boolean isSo(Path directory, String raw, Set<String> except, boolean unix)
      throws IOException {
    String time = unix ? CHANGED : MODIFIED;
    String wanted = (unix ? UNIX + ":" : "") + time + "," + DIRECTORY;
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String path = except.isEmpty() ? "" : RawPath.join(raw, RawPath.name(child));
        if (except.contains(path)) {
          continue;
        }
        Map<String, Object> found = Files.readAttributes(child, wanted, LinkOption.NOFOLLOW_LINKS);
        boolean before = found.get(time) instanceof FileTime at && at.compareTo(since) < 0;
        boolean inner = Boolean.TRUE.equals(found.get(DIRECTORY));
        if (!before || (inner && !isSo(child, path, except, unix))) {
          return false;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return true;
  }
}
