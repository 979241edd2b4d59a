package io.kugetsu.worktree.internal;

import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.WorktreeOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What makes a worktree of a directory that git has registered: the files, the hook, and what the
 * repository wants besides.
 */
record Preparation(CheckoutStep checkout, SetUp setUp) {
  Preparation(Git git, LocalRepository repository, WorktreeOptions options) {
    this(
        new CheckoutStep(git, new LargeFiles(git, options.lfs()), options.hookTimeout()),
        new SetUp(git, repository, options));
  }

  /**
   * Does all of it.
   *
   * @return why there can be no worktree, or empty
   */
  Optional<Refused> prepare(Path tree, Path entry, TreeRecord record) {
    return checkout.run(tree, record.base()).or(() -> setUp.prepare(tree, entry, record));
  }
}
