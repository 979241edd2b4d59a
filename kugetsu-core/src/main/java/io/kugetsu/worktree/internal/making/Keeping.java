package io.kugetsu.worktree.internal.making;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Standing;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * Says of a worktree that it is to be kept. It is said in git's own lock on the worktree, where
 * other tools respect it and {@code git worktree list} shows it.
 */
public record Keeping(Registry registry) {
  public boolean keep(Worktree worktree, String reason) {
    return relock(worktree, Entry.keptFor(worktree.name(), Names.excerpt(reason)));
  }

  public boolean release(Worktree worktree) {
    return relock(worktree, Entry.reasonFor(worktree.name()));
  }

  /** Whether the lock is ours now. */
  private boolean relock(Worktree worktree, String reason) {
    try (LockFile.Held held = registry.lock()) {
      Entry entry = Standing.of(registry, worktree);
      if (entry.isLockedByOthers(worktree.name()) && !entry.isKept(worktree.name())) {
        return false;
      }
      entry.lock(reason);
      return true;
    } catch (TimeoutException e) {
      throw new StorageException(registry.common(), e.getMessage() + "; try again", e);
    } catch (IOException e) {
      throw new StorageException(worktree.path(), "cannot be locked: " + e, e);
    }
  }
}
