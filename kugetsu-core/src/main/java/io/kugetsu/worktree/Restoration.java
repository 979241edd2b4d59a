package io.kugetsu.worktree;

/** What became of a rescue that was to be restored. */
public sealed interface Restoration {
  /**
   * The worktree is back: every file with its content and mode, the index, HEAD and what git kept
   * for it. The rescue is still there, until it is {@linkplain WorktreeService#discard discarded}.
   *
   * @param worktree the worktree
   */
  record Restored(Worktree worktree) implements Restoration {}

  /**
   * Nothing was made.
   *
   * @param reason why, for programs
   * @param text why and what to do, for people
   */
  record Refused(Reason reason, String text) implements Restoration {}

  /** Why there is no worktree. */
  enum Reason {
    /** There is no such rescue, or its ref has another commit by now. */
    NO_SUCH_RESCUE,
    /** It is damaged, or a newer version made it. */
    UNREADABLE,
    /** Something is where the worktree was, or git has a worktree registered there. */
    EXISTING_PATH,
    /** The branch that was checked out is checked out in another worktree. */
    BRANCH_IN_USE,
    /** The branch that was checked out has another commit by now. */
    BRANCH_MOVED,
    /** Others kept the repository locked for too long; try again. */
    REPOSITORY_BUSY
  }
}
