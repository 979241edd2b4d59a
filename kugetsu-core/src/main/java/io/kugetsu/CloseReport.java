package io.kugetsu;

import io.kugetsu.common.TaskId;
import java.util.List;

/**
 * What a closing stopped, and what it left behind. Each list in the order of acceptance.
 *
 * @param stopped tasks that ran and could not be left running, since they were in the foreground,
 *     on pipes, or work of the host, or since the engine is not durable: they are interrupted, an
 *     agent's session too, and can be gone on with
 * @param running tasks that go on in the background: the next instance on the directory takes them
 *     over, whether they still run then or have ended
 * @param pending tasks that wait on in the queue for the next instance that dispatches
 */
public record CloseReport(List<TaskId> stopped, List<TaskId> running, List<TaskId> pending) {
  /** Copies its lists. */
  public CloseReport {
    stopped = List.copyOf(stopped);
    running = List.copyOf(running);
    pending = List.copyOf(pending);
  }
}
