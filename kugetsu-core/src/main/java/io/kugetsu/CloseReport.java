package io.kugetsu;

import io.kugetsu.common.TaskId;
import java.util.List;

/**
 * What a closing left behind.
 *
 * @param stopped tasks that ran and could not be left running: they are interrupted, their sessions
 *     too, and can be gone on with
 * @param pending tasks that wait on in the queue for the next instance that dispatches
 */
public record CloseReport(List<TaskId> stopped, List<TaskId> pending) {
  /** Copies its lists. */
  public CloseReport {
    stopped = List.copyOf(stopped);
    pending = List.copyOf(pending);
  }
}
