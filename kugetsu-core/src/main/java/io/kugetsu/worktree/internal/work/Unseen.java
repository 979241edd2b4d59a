package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.internal.git.RawPath;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Finds what {@code git status} does not see: empty directories, pipes, sockets, devices, and
 * whatever is in or beside a {@code .git}. Only names are read, and of what git has not told of
 * itself what it is.
 *
 * @param tracked what git tracks
 * @param told what git told to be untracked or ignored, directories without their slash
 */
record Unseen(TrackedFiles tracked, Set<String> told, Tally tally) {
  private static final String LINK = ".git";

  /** Looks through a whole checkout. */
  void in(Path tree) throws IOException {
    look(tree, "");
  }

  /** Whether the directory has anything in it. */
  private boolean look(Path directory, String raw) throws IOException {
    boolean any = false;
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        any = true;
        String name = RawPath.name(child);
        if (!raw.isEmpty() || !name.equals(LINK)) {
          child(child, RawPath.join(raw, name), name.equals(LINK));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return any;
  }

  private void child(Path child, String raw, boolean isLink) throws IOException {
    if (isLink) {
      // Files may be tracked here and be in a repository of their own at the same time.
      tally.add(Kind.NESTED_REPOSITORIES, RawPath.shown(RawPath.parent(raw)) + "/");
      return;
    }
    if (tracked.paths().contains(raw) || told.contains(raw)) {
      return;
    }
    BasicFileAttributes attributes =
        Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isDirectory()) {
      boolean any = look(child, raw);
      // Of a directory that files were tracked in, git tells that these are gone.
      if (!any && !tracked.directories().contains(raw)) {
        tally.add(Kind.EMPTY_DIRECTORIES, RawPath.shown(raw) + "/");
      }
    } else if (attributes.isOther()) {
      tally.add(Kind.SPECIAL_FILES, RawPath.shown(raw));
    } else {
      // It came after git had looked, or has a name that git never takes.
      tally.add(Kind.UNTRACKED_FILES, RawPath.shown(raw));
    }
  }
}
