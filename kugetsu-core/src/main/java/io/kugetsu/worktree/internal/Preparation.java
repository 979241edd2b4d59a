package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.WorktreeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What makes a worktree of a directory that git has registered: the files, the hook, and what the
 * repository wants besides.
 */
record Preparation(Checkout checkout, SetUp setUp) {
  Preparation(Git git, LocalRepository repository, WorktreeOptions options) {
    this(
        new Checkout(git, new LargeFiles(git, options.lfs()), options.hookTimeout()),
        new SetUp(git, repository, options));
  }

  /**
   * Does all of it.
   *
   * @return why there can be no worktree, or empty
   */
  Optional<Refused> prepare(Path tree, Path entry, TreeRecord record) {
    return checkout
        .run(tree, record.base())
        .or(() -> setUp.prepare(tree, entry, record))
        .or(() -> isStillLinked(tree, entry));
  }

  /** Whoever may run something in a directory may also make another repository's of it. */
  private static Optional<Refused> isStillLinked(Path tree, Path entry) {
    try {
      if (Entry.read(entry).isLinkedFrom(tree)) {
        return Optional.empty();
      }
    } catch (IOException e) {
      throw new StorageException(entry, "cannot be read: " + e, e);
    }
    return Refusal.of(
        Reason.HOOK_FAILED,
        "a hook or the set-up of the repository made something else of the worktree");
  }
}
