package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a worktree is still the one that it was. */
public final class Standing {
  private Standing() {}

  /**
   * What to throw for a failure.
   *
   * @return that the worktree is gone, if it is, as that is what others failed of; or the failure
   */
  public static RuntimeException orGone(
      Registry registry, Worktree worktree, RuntimeException failure) {
    try {
      of(registry, worktree);
      return failure;
    } catch (RepositoryException e) {
      if (e != failure) {
        e.addSuppressed(failure);
      }
      return e;
    }
  }

  /**
   * Its entry.
   *
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   */
  public static Entry of(Registry registry, Worktree worktree) {
    Path path = worktree.path();
    try {
      if (worktree.repository().equals(registry.common())) {
        Optional<Entry> entry = likely(registry, path).filter(found -> found.isAt(path));
        if (entry.isEmpty() || !entry.get().isLinkedFrom(path)) {
          entry = registry.at(path);
        }
        if (entry.isPresent() && entry.get().isLinkedFrom(path)) {
          return entry.get();
        }
      }
    } catch (IOException e) {
      throw new RepositoryException(path, Problem.NOT_READABLE, "cannot be read: " + e);
    }
    throw new RepositoryException(
        path, Problem.NOT_THAT_WORKTREE, "is gone, or no longer the worktree it was");
  }

  /** Most entries have the name of the directory; to look at all of them takes long for many. */
  private static Optional<Entry> likely(Registry registry, Path path) throws IOException {
    try {
      return Optional.of(
          Entry.read(registry.common().resolve("worktrees").resolve(path.getFileName())));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // it is being removed at this moment
    }
  }
}
