package io.kugetsu.worktree.internal.home;

/**
 * What is to become of a branch.
 *
 * @param branch the branch, without {@code refs/heads/}
 * @param before the commit that it is moved from
 * @param after the commit that it is moved to
 * @param message for its log
 */
record BranchMove(String branch, String before, String after, String message) {
  /** The step that does it, as long as nobody else has moved it. */
  String[] command() {
    return new String[] {"update-ref", "-m", message, "refs/heads/" + branch, after, before};
  }
}
