package io.kugetsu.worktree.internal;

import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a worktree is to be. It is claimed by making its directory, which only one can do; a note
 * beside it tells who, until git knows of the worktree. So an empty directory that a killed program
 * left is told from one that is somebody's, be it of another repository with the same root.
 *
 * @param root the root of the worktrees
 * @param name the worktree's name
 */
record Place(Path root, String name) {
  private static final String NOTES = ".making";
  private static final Duration LOCK_WAIT = Duration.ofSeconds(30);

  Path path() {
    return root.resolve(name);
  }

  /**
   * Claims it.
   *
   * @throws FileAlreadyExistsException when something is there
   */
  void claim() throws IOException {
    Path notes = root.resolve(NOTES);
    AtomicFiles.createDirectories(notes);
    LockFile.Held held = FileLocks.of(notes.resolve(".lock")).lock(LOCK_WAIT);
    try {
      if (isLeft()) {
        Files.delete(path());
      }
      if (Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(path().toString());
      }
      Maker.write(note());
      Files.createDirectory(path());
    } finally {
      held.close();
    }
  }

  private boolean isLeft() throws IOException {
    if (!Files.isDirectory(path(), LinkOption.NOFOLLOW_LINKS) || !Files.exists(note())) {
      return false;
    }
    try (var children = Files.newDirectoryStream(path())) {
      return !children.iterator().hasNext() && Maker.isDead(note());
    }
  }

  /** From now on git knows of it, or nothing of it is left. */
  void noteNoMore() throws IOException {
    Files.deleteIfExists(note());
  }

  private Path note() {
    return root.resolve(NOTES).resolve(name);
  }
}
