package io.kugetsu.task;

import io.kugetsu.common.TaskId;

/**
 * What became of a wish to detach. Always names the task, whatever else there is to say.
 *
 * @param task the task
 * @param kind what became of it
 * @param survivesJvm whether the task goes on when the JVM that runs it ends; false for what has
 *     ended, for work of the host and for commands on pipes
 */
public record Detachment(TaskId task, Kind kind, boolean survivesJvm) {
  /** What became of a wish to detach. */
  public enum Kind {
    /** It is in the background now. */
    DETACHED,
    /** It was in the background before. */
    ALREADY,
    /** It had ended by then; nothing changed. */
    ENDED,
    /** It is being stopped, or the program that had it in the foreground is gone: too late. */
    TOO_LATE
  }
}
