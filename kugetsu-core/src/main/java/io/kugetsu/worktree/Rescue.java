package io.kugetsu.worktree;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What was saved of a worktree before it was removed: one commit under a ref of its own, in the
 * worktree's repository. A value; whether it still is there, only {@link WorktreeService#rescues()}
 * tells.
 *
 * <p>Its parents are the commit that was checked out, if there was one; a commit with what was
 * staged; a commit with every file of the worktree, untracked and ignored ones included as far as
 * they were to be rescued, byte for byte as they were, whatever filters and line ends are set; and
 * each commit that only the worktree led to, those of its submodules included. So git itself can
 * look into it and take files out of it, and nothing of it is ever pruned. The commit itself holds
 * what {@link WorktreeService#restore} needs besides: the index with its flags, git's files for
 * that worktree, the directories, the exact modes, and the repositories of submodules, each as it
 * was. A submodule that was cloned without a part of its history is held only there.
 *
 * <p>Not held are times, owners, access control lists, extended attributes, the holes of sparse
 * files, and which names were hard links of one file.
 *
 * <p><strong>Secrets:</strong> what was in ignored files, such as keys in {@code .env}, is in the
 * repository from then on, readable for whoever may read that. No usual push, fetch or clone takes
 * it along; {@code git push --mirror} and {@code git clone --mirror} do, as does whatever copies
 * {@code refs/*}. Have such files left out with {@link RemovalRequest#discardIgnored()} or {@link
 * RemovalRequest#rescueIgnored} where that is a danger. Once a rescue is discarded, its contents
 * stay in the repository until git collects its garbage.
 *
 * @param ref its ref, below {@code refs/kugetsu/rescue/}
 * @param commit the full id of its commit
 * @param name the worktree's name
 * @param path the directory the worktree had
 * @param madeBranch the branch that was made for the worktree, without {@code refs/heads/}
 * @param branch the branch that was checked out; empty when none was
 * @param head the full id of the commit that was checked out; empty when the branch had none yet
 * @param baseCommit the worktree's base
 * @param at when it was made, to the second
 */
public record Rescue(
    String ref,
    String commit,
    String name,
    Path path,
    String madeBranch,
    Optional<String> branch,
    Optional<String> head,
    String baseCommit,
    Instant at) {
  /** Requires everything. */
  public Rescue {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(commit, "commit");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(madeBranch, "madeBranch");
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(head, "head");
    Objects.requireNonNull(baseCommit, "baseCommit");
    Objects.requireNonNull(at, "at");
  }
}
