package io.kugetsu.worktree.internal.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Git's own lock on the index of a checkout, taken by us: as long as it is there no git stages,
 * commits or checks out anything there. What is in it says whose it is, also after a crash, and it
 * is there with all of its content or not at all; so never is a lock of somebody else's taken for
 * ours.
 *
 * @param file the lock
 * @param draft where it is written first
 * @param owner what is in it
 */
public record IndexLock(Path file, Path draft, String owner) {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST = 1 << 10;

  public static IndexLock of(CheckedOut checkout, Path scratch, String id) {
    return new IndexLock(
        checkout.gitDirectory().resolve("index.lock"),
        scratch.resolve("lock"),
        "kugetsu " + id + "\n");
  }

  /** Takes it, if it becomes free in time. */
  public boolean take(Duration wait) throws IOException {
    Files.writeString(draft, owner, StandardCharsets.UTF_8);
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      try {
        Files.createLink(file, draft);
        return true;
      } catch (FileAlreadyExistsException e) {
        if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
          return false;
        }
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  public boolean isOurs() throws IOException {
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && Files.size(file) < LONGEST
          && Files.readString(file, StandardCharsets.ISO_8859_1).equals(owner);
    } catch (NoSuchFileException e) {
      return false; // another git's, which let go of it just now
    }
  }

  /** Lets go of it, if it is ours. */
  public void release() throws IOException {
    if (isOurs()) {
      Files.deleteIfExists(file);
    }
  }
}
