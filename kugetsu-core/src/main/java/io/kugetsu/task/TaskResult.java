package io.kugetsu.task;

import io.kugetsu.common.TaskStatus;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a wait came back with: the end of the task, or how it stands when the time was over.
 * Immutable.
 *
 * @param info the task at that moment
 * @param outcome how it ended; {@link Outcome#NONE} while it has not
 */
public record TaskResult(TaskInfo info, Outcome outcome) {
  /** {@return the task's state} */
  public TaskStatus status() {
    return info.status();
  }

  /** {@return whether the task has not ended yet, waiting included} */
  public boolean isRunning() {
    return !info.status().isTerminal();
  }

  /** {@return whether the task ended well} */
  public boolean isSuccess() {
    return info.status() == TaskStatus.COMPLETED;
  }

  /** {@return the work's final answer; empty when there is none} */
  public String finalAnswer() {
    return outcome.answer();
  }

  /** {@return one line about what it left in its worktree; empty when that is not known} */
  public String changes() {
    return outcome.changes();
  }

  /** {@return the exit code, if it ended with one} */
  public OptionalInt exitCode() {
    return outcome.exitCode();
  }

  /** {@return the signal it was ended by, if it was} */
  public Optional<String> signal() {
    return outcome.signal();
  }
}
