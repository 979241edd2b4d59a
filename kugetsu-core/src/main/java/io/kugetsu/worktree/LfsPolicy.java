package io.kugetsu.worktree;

/** What becomes of files that are kept in git's Large File Storage when a worktree is made. */
public enum LfsPolicy {
  /**
   * They are fetched by {@code git-lfs} as git's settings say. On a machine without that program
   * the small pointer files are checked out in their place, and the worktree is made.
   */
  AUTO,
  /** The pointer files are checked out; nothing is fetched. */
  SKIP_SMUDGE,
  /**
   * They are fetched, and where one of them is still a pointer afterwards there is no worktree:
   * {@link Creation.Reason#LFS_UNAVAILABLE}. Takes another git process.
   */
  REQUIRE
}
