package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a worktree is to be. It is claimed by making its directory, which only one can do; a note
 * beside it tells for whom, until git knows of the worktree. So a directory that a killed program
 * left is told from one that is somebody's, be it of another repository with the same root.
 *
 * @param root the root of the worktrees
 * @param name the worktree's name
 */
public record Place(Path root, String name) {
  private static final String NOTES = ".making";
  private static final Duration LOCK_WAIT = Duration.ofSeconds(30);

  public Path path() {
    return root.resolve(name);
  }

  /**
   * Claims it.
   *
   * @param id for which of all that was ever begun
   * @throws FileAlreadyExistsException when something is there
   */
  public void claim(String id) throws IOException {
    AtomicFiles.createDirectories(notes());
    try (LockFile.Held held = lock()) {
      if (isLeft()) {
        DiskSteps.delete(path());
      }
      if (Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(path().toString());
      }
      Maker.write(note(), id);
      DiskSteps.makeDirectory(path());
    }
  }

  private boolean isLeft() throws IOException {
    if (!Files.isDirectory(path(), LinkOption.NOFOLLOW_LINKS) || !Files.exists(note())) {
      return false;
    }
    try (var children = Files.newDirectoryStream(path())) {
      return !children.iterator().hasNext() && Maker.isDead(note());
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Whether it is claimed for that, and git does not know of it yet. */
  public boolean isClaimedFor(String id) throws IOException {
    return Maker.isOf(note(), id);
  }

  /** From now on git knows of it, or nothing of it is left. */
  public void noteNoMore(String id) throws IOException {
    if (!Files.exists(note())) {
      return;
    }
    try (LockFile.Held held = lock()) {
      boolean present = Files.exists(path(), LinkOption.NOFOLLOW_LINKS);
      if (Files.exists(note()) && (Maker.isOf(note(), id) || (!present && Maker.isDead(note())))) {
        DiskSteps.delete(note());
      }
    }
  }

  private LockFile.Held lock() {
    return FileLocks.of(notes().resolve(".lock")).lock(LOCK_WAIT);
  }

  private Path notes() {
    return root.resolve(NOTES);
  }

  private Path note() {
    return notes().resolve(name);
  }
}
