package io.kugetsu.task;

import io.kugetsu.common.TaskId;
import java.util.List;
import java.util.Optional;

/**
 * Everything that runs or shall run: looks tasks up, lists them and gives a hold on them. There is
 * exactly one writer of a task's end: the instance that runs it, or the one that takes it over from
 * a dead one. Thread-safe; after {@code close()} of its owner every method throws {@link
 * io.kugetsu.common.ClosedException}.
 */
public interface BackgroundManager {
  /**
   * A hold on a task.
   *
   * @param id the task
   * @return its handle, or empty when no such task is kept
   */
  Optional<TaskHandle> find(TaskId id);

  /** {@return tasks that wait or run, oldest first} */
  List<TaskInfo> active();

  /** {@return every task that is kept, ended ones too, oldest first} */
  List<TaskInfo> list();

  /**
   * Makes a kind of work known, so that this instance can run it and settle what a dead instance
   * left of it.
   *
   * @param type the kind of work
   * @throws io.kugetsu.common.InvalidRequestException when that kind is known already
   */
  void register(WorkType type);
}
