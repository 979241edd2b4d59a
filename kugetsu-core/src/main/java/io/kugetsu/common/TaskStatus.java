package io.kugetsu.common;

/**
 * The states of a task. A terminal status never changes; which change is allowed is decided by
 * {@link #canBecome}, the only transition table there is.
 */
public enum TaskStatus {
  /** Durable and waiting for a permit; nothing was started, or the next attempt waits. */
  PENDING(false),
  /** Claimed: it has its permit and is being prepared or runs. */
  RUNNING(false),
  /** A stop was asked for and is durable; its processes are being ended. */
  STOPPING(false),
  /**
   * Its own run has ended and tasks that it started have not: it holds no permit, and ends with the
   * last of them.
   */
  AWAITING(false),
  /** The work ended well. */
  COMPLETED(true),
  /** The work ended with an error, by itself or by a signal from outside. */
  FAILED(true),
  /** Its deadline passed and it was ended. */
  TIMED_OUT(true),
  /** It is gone and nobody saw how it ended. */
  LOST(true),
  /** A started run was stopped on purpose; it can be sent again. */
  INTERRUPTED(true),
  /** It was taken back before it started. */
  CANCELLED(true);

  private final boolean terminal;

  TaskStatus(boolean terminal) {
    this.terminal = terminal;
  }

  /** {@return whether the task has ended for good} */
  public boolean isTerminal() {
    return terminal;
  }

  /**
   * The transition table.
   *
   * @param next the state to change to
   * @return whether a task in this state may change to {@code next}
   */
  public boolean canBecome(TaskStatus next) {
    return switch (this) {
      case PENDING -> next == RUNNING || next == CANCELLED;
      case RUNNING ->
          next == STOPPING
              || next == PENDING
              || next == AWAITING
              || (next.terminal && next != CANCELLED);
      case STOPPING -> next == AWAITING || (next.terminal && next != CANCELLED);
      case AWAITING -> next.terminal && next != CANCELLED;
      case COMPLETED, FAILED, TIMED_OUT, LOST, INTERRUPTED, CANCELLED -> false;
    };
  }
}
