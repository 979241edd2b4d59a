package io.kugetsu.task;

import io.kugetsu.common.TaskId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A hold on one task, whoever runs it: this instance or another on the same directory. Thread-safe.
 * After the {@code close()} of the instance it came from, its waits end with {@link
 * io.kugetsu.common.ClosedException}, as do its methods; the task is not touched by that.
 */
public interface TaskHandle {
  /** {@return the task's identifier} */
  TaskId id();

  /**
   * The task now.
   *
   * @return a snapshot
   */
  TaskInfo info();

  /**
   * Waits for the end. A time-out is no error and cancels nothing.
   *
   * @param time how long to wait at most; zero or less looks once
   * @return the end, or how it stands after that time: {@link TaskResult#isRunning()}
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; the task goes on
   */
  TaskResult await(Duration time);

  /**
   * Waits for the end as long as it takes.
   *
   * @return the end
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; the task goes on
   */
  TaskResult await();

  /**
   * The end as a stage. It completes on a thread of the instance's executor; when the instance is
   * closed before, exceptionally with {@link io.kugetsu.common.ClosedException} on the thread that
   * closes it.
   *
   * @return completes with the end
   */
  CompletionStage<TaskResult> completion();

  /**
   * The beginning as a stage: completes when the work runs, or when the task ended without that.
   * Threads and closing as for {@link #completion()}.
   *
   * @return completes with the task as it was then
   */
  CompletionStage<TaskInfo> started();

  /**
   * Stops the task: one that waits is cancelled and never starts, one that runs is ended with its
   * whole process tree and becomes interrupted. Returns when the intent is durable; {@link
   * #completion()} tells the end.
   *
   * @param reason what to tell about it; may be empty
   * @return whether the task is being stopped now or was cancelled; false when it had ended before
   */
  boolean stop(String reason);

  /**
   * The end of what the present or last run wrote, secrets masked; for an agent its own transcript.
   *
   * @param maxBytes how much at most; 0 or more
   * @return the text, never splitting a character; empty when there is none
   */
  String output(int maxBytes);
}
