package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.git.TreeStatus;
import io.kugetsu.worktree.internal.git.Unfinished;
import io.kugetsu.worktree.internal.registry.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a worktree has to bring home.
 *
 * @param made the branch that was made for it
 * @param head the commit that is checked out; empty when there is none yet
 * @param branch the branch that is checked out; empty when none is
 * @param loose the files with changes that are not committed, new ones included
 * @param unfinished traces of a merge, rebase or the like
 */
record Source(
    String made,
    Optional<String> head,
    Optional<String> branch,
    List<String> loose,
    List<String> unfinished) {
  static Source read(Git git, Path tree, Entry entry, String made) {
    List<String> loose = new ArrayList<>();
    TreeStatus status =
        TreeStatus.read(git, tree, false, (kind, path) -> loose.add(RawPath.shown(path)));
    return new Source(
        made, status.head(), status.branch(), loose, Unfinished.in(entry.directory()));
  }

  /** What to call it in a message. */
  String name() {
    return branch.orElse(made);
  }
}
