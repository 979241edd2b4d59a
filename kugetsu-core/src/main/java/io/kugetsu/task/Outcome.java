package io.kugetsu.task;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a task ended. Immutable; secrets are masked.
 *
 * @param answer the work's final answer; empty when there is none
 * @param exitCode the exit code, or empty when it was ended by a signal or never ran
 * @param signal the signal it was ended by, for example {@code SIGKILL}, or empty
 * @param failure why it did not end well, or empty when it did
 * @param error one line for a person about the failure; empty when there is none
 * @param changes one line about what it left in its worktree; empty when that is not known
 * @param lastOutput the last lines of output, at most {@value
 *     io.kugetsu.notification.Notification#LAST_OUTPUT} characters
 */
public record Outcome(
    String answer,
    OptionalInt exitCode,
    Optional<String> signal,
    Optional<FailureType> failure,
    String error,
    String changes,
    String lastOutput) {

  /** How a task ended that never ran to an end of its own. */
  public static final Outcome NONE =
      new Outcome("", OptionalInt.empty(), Optional.empty(), Optional.empty(), "", "", "");

  /**
   * A failure without output.
   *
   * @param type why
   * @param error one line for a person
   * @return the outcome
   */
  public static Outcome failed(FailureType type, String error) {
    return new Outcome("", OptionalInt.empty(), Optional.empty(), Optional.of(type), error, "", "");
  }
}
