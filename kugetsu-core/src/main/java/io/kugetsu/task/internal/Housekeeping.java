package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import java.util.function.Predicate;

/** What can be done to tasks that do not run: those that still wait, and those that ended. */
public final class Housekeeping {
  private final RunControl control;
  private final RetentionKeeper retention;

  Housekeeping(RunControl control, RetentionKeeper retention) {
    this.control = control;
    this.retention = retention;
  }

  /**
   * Takes a task back that waits, and tells that.
   *
   * @param id the task
   * @return whether it was taken back by this call
   */
  public boolean takeBack(TaskId id) {
    return control.takeBack(id, StopReason.user("cancelled"));
  }

  /**
   * Removes ended tasks that nobody needs, however young they are, and tells that.
   *
   * @param which tells which
   * @return how many were removed
   */
  public int clear(Predicate<TaskRecord> which) {
    return retention.clear(which);
  }
}
