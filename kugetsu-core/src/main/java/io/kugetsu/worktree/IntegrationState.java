package io.kugetsu.worktree;

/** Whether the work of a worktree is in some branch, and by what it is told. */
public enum IntegrationState {
  /** The branch leads to the very commits. */
  ANCESTOR,
  /** Each commit's change is in a commit of the branch, as after a rebase or a cherry-pick. */
  PATCHES,
  /** The branch has exactly the same files. */
  SAME_TREE,
  /** The change as a whole is in one commit of the branch, as after a squash. */
  SQUASHED,
  /** To merge it would change nothing: all that it changes is there. */
  MERGE_ADDS_NOTHING,
  /**
   * The branch does not have all of it, or it cannot be told. So is work that was undone again in
   * commits of its own, and what two branches have no commit in common for.
   */
  NOT;

  /** {@return whether all of it is there} */
  public boolean isIntegrated() {
    return this != NOT;
  }
}
