package io.kugetsu.task;

import io.kugetsu.common.TaskId;

/**
 * Why a wait in the foreground came back. The identifier comes first: with it everything else can
 * be asked for later, however much the task had written.
 *
 * @param task the task
 * @param kind why
 * @param result how the task stood then
 */
public record Release(TaskId task, Kind kind, TaskResult result) {
  /** Why a wait in the foreground came back. */
  public enum Kind {
    /** The task has ended. */
    TERMINAL,
    /** Somebody detached it, or it was in the background from the start; it goes on. */
    DETACHED,
    /** Its time in the foreground was over and it was detached; it goes on. */
    DEADLINE_DETACHED,
    /** The wait's own time was over; the task is in the foreground as before. */
    WAITING
  }
}
