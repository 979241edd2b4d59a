package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an epoch ends. The record, the permits, the session and what is owed change in one step.
 *
 * @param status a terminal status, or {@link TaskStatus#PENDING} for another try
 * @param outcome entries about how it ended
 * @param attempt whether this epoch counts as an attempt
 * @param delay how long a task that is pending again is held back; zero or more; it keeps its place
 * @param session what changes in the task's session, or null
 * @param owed notifications that become visible in the same step
 * @param keep true to keep the ended record until it is forgotten or pruned; false to remove it in
 *     this very step, so that nobody ever finds it ended, unless somebody has detached the run by
 *     then. What it owed already stays visible
 */
@Experimental
public record Finish(
    TaskStatus status,
    Map<String, String> outcome,
    boolean attempt,
    Duration delay,
    @Nullable SessionChange session,
    List<NotificationRecord> owed,
    boolean keep) {
  /**
   * Copies its collections.
   *
   * @throws IllegalArgumentException when the status is neither terminal nor pending, or when a
   *     record that is not to be kept is to be pending, to tell something or to change a session
   */
  public Finish {
    if (!status.isTerminal() && status != TaskStatus.PENDING) {
      throw new IllegalArgumentException("a run does not end as " + status);
    }
    outcome = Map.copyOf(outcome);
    owed = List.copyOf(owed);
    if (!keep && (!status.isTerminal() || session != null || !owed.isEmpty())) {
      throw new IllegalArgumentException("only an end that brings nothing else leaves no record");
    }
  }
}
