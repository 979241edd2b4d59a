package io.kugetsu.task;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.SessionChange;
import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of a task when a run of it ended.
 *
 * @param status a terminal status, or {@link TaskStatus#PENDING} for another try
 * @param outcome how it ended
 * @param attempt whether the run counts as an attempt
 * @param delay how long another try waits
 * @param session what changes in the session in the same step, or empty
 */
@Experimental
public record Settlement(
    TaskStatus status,
    Outcome outcome,
    boolean attempt,
    Duration delay,
    Optional<SessionChange> session) {
  /**
   * A failure for good that changes nothing in the session.
   *
   * @param type why
   * @param error one line for a person
   * @return the settlement
   */
  public static Settlement failed(FailureType type, String error) {
    return end(TaskStatus.FAILED, Outcome.failed(type, error), Optional.empty());
  }

  /**
   * An end for good.
   *
   * @param status a terminal status
   * @param outcome how it ended
   * @param session what changes in the session in the same step, or empty
   * @return the settlement
   */
  public static Settlement end(
      TaskStatus status, Outcome outcome, Optional<SessionChange> session) {
    return new Settlement(status, outcome, true, Duration.ZERO, session);
  }
}
