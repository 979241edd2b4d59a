package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.PatchText;
import io.kugetsu.worktree.internal.registry.Registry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether changes that were made on one side were made on the other too. Git's own comparison
 * leaves out all white space, for which a block of Python, moved out of a loop, is no change at
 * all; so what it finds equal is compared again as it is.
 */
record SamePatches(Git git, Registry registry) {
  private static final char SAME = '=';
  private static final char MISSING = '>';

  /** Whether a target has the change of each commit that it does not have itself. */
  boolean areIn(String target, String commit) {
    Set<String> same = new HashSet<>();
    List<String> missing = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "rev-list",
                    "--no-merges",
                    "--cherry-mark",
                    "--left-right",
                    target + "..." + commit,
                    "--")
                .within(GitCommand.LONG)
                .each(
                    '\n',
                    line -> {
                      if (line.charAt(0) == SAME) {
                        same.add(line.substring(1));
                      } else if (line.charAt(0) == MISSING) {
                        missing.add(line);
                      }
                    }))
        .orThrow();
    if (same.isEmpty() || !missing.isEmpty()) {
      return false;
    }
    Set<String> asked = new HashSet<>(same);
    asked.retainAll(onlyIn(commit, target));
    same.removeAll(asked);
    return patches(same).containsAll(patches(asked));
  }

  private List<String> onlyIn(String commit, String target) {
    List<String> ids = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(), "rev-list", "--no-merges", commit, "^" + target, "--")
                .within(GitCommand.LONG)
                .each('\n', ids::add))
        .orThrow();
    return ids;
  }

  /** What each commit changes, wherever in its files that is. */
  private Set<String> patches(Set<String> commits) {
    Set<String> patches = new HashSet<>();
    for (String commit : commits) {
      GitCommand patch =
          GitCommand.onRepository(
              registry.common(),
              "diff-tree",
              "-p",
              "-r",
              "--root",
              "--no-commit-id",
              "--no-renames",
              "--no-ext-diff",
              "--no-textconv",
              "--no-color",
              "--full-index",
              commit,
              "--");
      patches.add(
          git.runRetrying(patch.within(GitCommand.LONG).into(PatchText::new)).orThrow().out());
    }
    return patches;
  }
}
