package io.kugetsu.notification;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One thing to tell. Immutable; holds neither prompt nor secret.
 *
 * @param id names it for good: the same thing told twice has the same one. Of what a task brings
 *     there is one for task, epoch and type
 * @param type what it is about
 * @param at when it happened
 * @param read whether it was marked as read
 * @param task the task it is about, or empty
 * @param ref the issue it is about, or empty
 * @param message one line for a person
 * @param status how the task ended, or empty for types that are not about an end
 * @param failure why it did not end well: the name of a {@code FailureType} in lower case; or empty
 * @param exitCode the exit code the work ended with, or empty
 * @param signal the signal the work ended by, for example {@code SIGKILL}, or empty
 * @param lastOutput the last lines of output, at most {@value #LAST_OUTPUT} characters, secrets
 *     masked; empty for types that are not about an end
 */
public record Notification(
    String id,
    NotificationType type,
    Instant at,
    boolean read,
    Optional<TaskId> task,
    Optional<IssueRef> ref,
    String message,
    Optional<TaskStatus> status,
    Optional<String> failure,
    OptionalInt exitCode,
    Optional<String> signal,
    String lastOutput) {
  /** The most characters of output that a notification carries. */
  public static final int LAST_OUTPUT = 3_000;
}
