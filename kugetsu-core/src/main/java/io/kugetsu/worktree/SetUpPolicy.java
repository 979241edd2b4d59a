package io.kugetsu.worktree;

/** What becomes of the commands that a repository wants run for each worktree. */
public enum SetUpPolicy {
  /**
   * They are run when the file that names them is trusted ({@link SetUpTrust}). One that is not
   * trusted is a refusal: {@link Creation.Reason#SETUP_NOT_TRUSTED}.
   */
  RUN_TRUSTED,
  /** They are not run, and the file is not even read. */
  SKIP
}
