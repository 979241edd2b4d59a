package io.kugetsu.task;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.SessionChange;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a task when a run of it ended.
 *
 * @param status a terminal status, or {@link TaskStatus#PENDING} for another try
 * @param outcome how it ended
 * @param attempt whether the run counts as an attempt
 * @param delay how long another try waits
 * @param session what changes in the session in the same step, or empty
 * @param owed what is told in the same step, besides the end itself
 */
@Experimental
public record Settlement(
    TaskStatus status,
    Outcome outcome,
    boolean attempt,
    Duration delay,
    Optional<SessionChange> session,
    List<NotificationRecord> owed) {
  /** Copies its list. */
  public Settlement {
    owed = List.copyOf(owed);
  }

  /** What tells nothing besides the end. All parameters are those of the record. */
  public Settlement(
      TaskStatus status,
      Outcome outcome,
      boolean attempt,
      Duration delay,
      Optional<SessionChange> session) {
    this(status, outcome, attempt, delay, session, List.of());
  }

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
