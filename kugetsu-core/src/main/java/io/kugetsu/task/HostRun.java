package io.kugetsu.task;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** One run of work of the embedding program. Thread-safe. */
public interface HostRun {
  /** {@return the task} */
  TaskId task();

  /** {@return a directory of this run's own, closed to other users; removed with the task} */
  Path directory();

  /** {@return why it is to stop, or empty as long as it is not} */
  Optional<StopReason> stopping();

  /**
   * Asks to be told when it is to stop; told at once when that is so already.
   *
   * @param action gets the reason, once, and must not block
   */
  void onStop(Consumer<StopReason> action);

  /**
   * Tells how it goes on; whoever listens gets it as {@link TaskEvent.Progress}. Ignored once the
   * task has ended.
   *
   * @param text for a person; secrets are masked
   */
  void progress(String text);

  /**
   * Adds a line to the task's output. Ignored once the task has ended.
   *
   * @param line the line without its end; secrets are masked before it is written
   */
  void print(String line);
}
