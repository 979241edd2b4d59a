package io.kugetsu.task;

import java.util.List;

/**
 * What a wait for any of several tasks came back with.
 *
 * @param ended those that have ended, in the order in which they did; none when the time was over
 * @param open those that have not
 */
public record EndedTasks(List<TaskResult> ended, List<TaskInfo> open) {
  /** Copies its lists. */
  public EndedTasks {
    ended = List.copyOf(ended);
    open = List.copyOf(open);
  }
}
