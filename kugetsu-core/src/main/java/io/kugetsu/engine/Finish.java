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
 */
@Experimental
public record Finish(
    TaskStatus status,
    Map<String, String> outcome,
    boolean attempt,
    Duration delay,
    @Nullable SessionChange session,
    List<NotificationRecord> owed) {
  /**
   * Copies its collections.
   *
   * @throws IllegalArgumentException when the status is neither terminal nor pending
   */
  public Finish {
    if (!status.isTerminal() && status != TaskStatus.PENDING) {
      throw new IllegalArgumentException("a run does not end as " + status);
    }
    outcome = Map.copyOf(outcome);
    owed = List.copyOf(owed);
  }
}
