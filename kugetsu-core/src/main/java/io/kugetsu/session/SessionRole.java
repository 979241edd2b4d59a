package io.kugetsu.session;

/** What a session is for. */
public enum SessionRole {
  /** Works on one issue, in a worktree of its own. */
  DEV
}
