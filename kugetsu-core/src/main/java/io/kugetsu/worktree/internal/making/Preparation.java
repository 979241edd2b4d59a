package io.kugetsu.worktree.internal.making;

import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.LargeFiles;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.Refusal;
import io.kugetsu.worktree.internal.registry.TreeLink;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.setup.SetUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes a worktree of a directory that git has registered: the files, the hook, and what the
 * repository wants besides.
 */
record Preparation(Checkout checkout, SetUp setUp) {
  private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

  Preparation(Git git, LocalRepository repository, WorktreeOptions options, boolean hooked) {
    this(
        new Checkout(git, new LargeFiles(git, options.lfs()), hooked, options.hookTimeout()),
        new SetUp(git, repository, options));
  }

  /**
   * Does all of it.
   *
   * @return why there can be no worktree, or empty
   */
  Optional<Refused> prepare(Path tree, Path entry, TreeRecord record) {
    Optional<Refused> refused =
        checkout.run(tree, record.base()).or(() -> setUp.prepare(tree, entry, record));
    return isStillLinked(tree, entry) ? refused : refused.or(() -> madeAnothers(tree));
  }

  /**
   * Whoever may run something in a directory may also make another repository's of it. Then it is
   * linked again, so that it can be told to be the one that is to be taken away.
   *
   * @return whether it was linked all the time
   */
  private static boolean isStillLinked(Path tree, Path entry) {
    try {
      if (Entry.read(entry).isLinkedFrom(tree)) {
        return true;
      }
      if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
        TreeLink.write(tree, entry);
      }
    } catch (IOException e) {
      LOG.warn("{} is no worktree of {} any more, and is left", tree, entry, e);
    }
    return false;
  }

  private static Optional<Refused> madeAnothers(Path tree) {
    return Refusal.of(
        Reason.HOOK_FAILED,
        "a hook or the set-up of the repository made something else of the worktree at " + tree);
  }
}
