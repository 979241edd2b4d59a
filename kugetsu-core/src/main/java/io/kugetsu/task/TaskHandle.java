package io.kugetsu.task;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.process.OutputPage;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A hold on one task, whoever runs it: this instance or another on the same directory. Thread-safe.
 * After the {@code close()} of the instance it came from, its waits end with {@link
 * io.kugetsu.common.ClosedException}, as do its methods. A task in the foreground is known to its
 * handles as long as they are there, also when nothing of it is kept.
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
   * Its place in the line of all that waits, which gets lower as others leave it.
   *
   * @return the place, from 1; empty when it does not wait
   */
  OptionalInt position();

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
   * Waits as whoever started it in the foreground does: until it has ended or was detached. Several
   * may; each gets the same answer.
   *
   * @param time how long to wait at most; zero or less looks once
   * @return why the wait is over
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; the task goes on
   */
  Release awaitRelease(Duration time);

  /**
   * The end of its time in the foreground as a stage. Threads and closing as for {@link
   * #completion()}.
   *
   * @return completes when it has ended or was detached
   */
  CompletionStage<Release> released();

  /**
   * Puts the task into the background for good: who waits in the foreground is released, the
   * caller's own cancellation counts no more, and a supervised command outlives this JVM from now
   * on. Any instance may do that to a supervised command; other work only the one that runs it.
   * Repeating it changes nothing. A task that is about to begin, to be taken over or to be tried
   * again at this moment is waited for, 5 seconds each at most.
   *
   * @return what became of it
   * @throws io.kugetsu.common.InvalidRequestException when another instance runs it, and it is no
   *     supervised command
   */
  Detachment detach();

  /**
   * Stops the task: one that waits is cancelled and never starts, one that runs is ended with its
   * whole process tree; an agent's whose worktree is still being made, with the hook or set-up
   * command that is at it, and nothing of that worktree stays. Returns when the intent is durable;
   * {@link #completion()} tells the end. Where a run has just ended and it is not written yet
   * whether the task is tried again, that is waited for, 5 seconds at most.
   *
   * @param reason who stops it and why; the first one counts. A deadline makes it timed out, a
   *     budget or a limit failed, anything else interrupted
   * @return whether the task is being stopped now or was cancelled; false when it had ended before
   */
  boolean stop(StopReason reason);

  /**
   * Stops the task, as {@link #stop(StopReason)} does for a person.
   *
   * @param reason what to tell about it; may be empty
   * @return whether the task is being stopped now or was cancelled; false when it had ended before
   */
  default boolean stop(String reason) {
    return stop(StopReason.user(reason));
  }

  /**
   * What the present or last run has written so far; for an agent its own transcript.
   *
   * @return size, place and end of it
   */
  OutputSnapshot output();

  /**
   * A page of what the present or last run has written, secrets masked. Reading changes nothing,
   * and never waits.
   *
   * @param from the first byte, from 0; what was dropped from memory is skipped
   * @param maxBytes how much at most, at least 4
   * @return the page; empty when there is nothing there yet
   * @throws io.kugetsu.common.InvalidRequestException when a number makes no sense
   */
  OutputPage output(long from, int maxBytes);

  /**
   * The end of what the present or last run wrote, secrets masked.
   *
   * @param maxBytes how much at most; 0 or more
   * @return the text, never splitting a character; empty when there is none
   */
  String output(int maxBytes);

  /**
   * Follows what the present or last run writes, page by page, each byte once, in order, until it
   * has ended and everything was told. The next page is read only when the listener is done with
   * the last: a slow listener holds back nobody but itself, and nothing piles up in memory.
   *
   * @param from the first byte, from 0
   * @param listener gets the pages, on the manager's executor. What it throws ends the following
   * @return ends it when closed; {@link OutputFollowing#done()} tells when it is over
   */
  OutputFollowing follow(long from, Consumer<OutputPage> listener);
}
