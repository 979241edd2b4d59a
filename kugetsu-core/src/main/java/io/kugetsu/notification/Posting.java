package io.kugetsu.notification;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody who coordinates work has to tell. Immutable.
 *
 * @param type {@link NotificationType#TASK_ASSIGNED} or {@link NotificationType#TASK_BLOCKED}; all
 *     others come from the tasks themselves
 * @param message for a person, at most {@value #LONGEST} characters, not blank. Line breaks become
 *     blanks, and secrets are masked
 * @param ref the issue it is about, or empty
 * @param task the task it is about, or empty
 * @param key a second posting of this type with the same key is the first one again, as long as
 *     that is kept; or empty
 */
public record Posting(
    NotificationType type,
    String message,
    Optional<IssueRef> ref,
    Optional<TaskId> task,
    Optional<String> key) {
  /** The most characters of a message. */
  public static final int LONGEST = 10_000;

  /**
   * Checks what can be checked by looking at it.
   *
   * @throws InvalidRequestException when the type is another one, or the message or a given key is
   *     blank or too long
   */
  public Posting {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(task, "task");
    if (type != NotificationType.TASK_ASSIGNED && type != NotificationType.TASK_BLOCKED) {
      throw new InvalidRequestException(
          "only task_assigned and task_blocked can be posted, not " + type);
    }
    checkText("message", message);
    key.ifPresent(it -> checkText("key", it));
  }

  /**
   * That work was handed on.
   *
   * @param message what and to whom, for a person
   * @return the posting
   * @throws InvalidRequestException when the message is blank or too long
   */
  public static Posting assigned(String message) {
    return of(NotificationType.TASK_ASSIGNED, message);
  }

  /**
   * That work cannot go on.
   *
   * @param message what is in the way, for a person
   * @return the posting
   * @throws InvalidRequestException when the message is blank or too long
   */
  public static Posting blocked(String message) {
    return of(NotificationType.TASK_BLOCKED, message);
  }

  private static Posting of(NotificationType type, String message) {
    return new Posting(type, message, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * The same about an issue.
   *
   * @param value the issue
   * @return the posting
   */
  public Posting ref(IssueRef value) {
    return new Posting(type, message, Optional.of(value), task, key);
  }

  /**
   * The same about a task.
   *
   * @param value the task
   * @return the posting
   */
  public Posting task(TaskId value) {
    return new Posting(type, message, ref, Optional.of(value), key);
  }

  /**
   * The same under a key.
   *
   * @param value the key
   * @return the posting
   * @throws InvalidRequestException when it is blank or too long
   */
  public Posting key(String value) {
    return new Posting(type, message, ref, task, Optional.of(value));
  }

  private static void checkText(String what, String text) {
    if (text.isBlank()) {
      throw new InvalidRequestException("the " + what + " is empty");
    }
    if (text.length() > LONGEST) {
      throw new InvalidRequestException(
          "the " + what + " is longer than " + LONGEST + " characters");
    }
  }
}
