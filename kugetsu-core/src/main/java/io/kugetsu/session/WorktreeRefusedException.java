package io.kugetsu.session;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.worktree.Creation;
import java.io.Serial;

/** A session could not get its worktree. Nothing was left behind. */
public final class WorktreeRefusedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final Creation.Reason reason;

  /**
   * Makes one.
   *
   * @param reason why, for programs
   * @param text why and what to do, for people
   */
  public WorktreeRefusedException(Creation.Reason reason, String text) {
    super("no worktree: " + text);
    this.reason = reason;
  }

  /** {@return why, for programs} */
  public Creation.Reason reason() {
    return reason;
  }
}
