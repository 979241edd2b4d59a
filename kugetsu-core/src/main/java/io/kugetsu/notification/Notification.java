package io.kugetsu.notification;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One thing to tell. Immutable; holds neither prompt nor secret.
 *
 * @param id unique for task, epoch and type
 * @param type what it is about
 * @param at when it happened
 * @param read whether it was marked as read
 * @param task the task
 * @param ref the issue the task works on, or empty
 * @param message one line for a person
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
    TaskId task,
    Optional<IssueRef> ref,
    String message,
    OptionalInt exitCode,
    Optional<String> signal,
    String lastOutput) {
  /** The most characters of output that a notification carries. */
  public static final int LAST_OUTPUT = 3_000;
}
