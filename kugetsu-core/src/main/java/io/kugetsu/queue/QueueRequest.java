package io.kugetsu.queue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A message for an agent. Immutable; its text form leaves the message out.
 *
 * @param message what the agent is told, byte-exact; not blank
 * @param ref the issue it belongs to
 * @param priority higher goes first among what waits; default 0
 * @param model provider/model for this message, or empty for the configured one
 * @param idempotencyKey a second request with the same key is the first one again, as long as that
 *     is kept; or empty
 * @param notBefore it does not start before this instant, or empty
 * @param requestedBy who asked for it, for people; one line, or empty
 * @param parent the task that hands it over and ends with it at the earliest, or empty
 * @param timeout after what time its run is ended, counted from its start, so that the making of
 *     its worktree counts; zero for never; empty for {@code TASK_TIMEOUT_MINUTES}
 */
public record QueueRequest(
    String message,
    IssueRef ref,
    int priority,
    Optional<String> model,
    Optional<String> idempotencyKey,
    Optional<Instant> notBefore,
    Optional<String> requestedBy,
    Optional<TaskId> parent,
    Optional<Duration> timeout) {
  private static final int LONGEST_NAME = 200;

  /**
   * Checks what can be checked by looking at it.
   *
   * @throws InvalidRequestException when the message or a given key is blank, the model is not of
   *     the form provider/model, the time-out is negative, or who asked for it is no line of at
   *     most 200 characters
   */
  public QueueRequest {
    Objects.requireNonNull(ref, "ref");
    if (message.isBlank()) {
      throw new InvalidRequestException("the message is empty; say what is to be done");
    }
    if (message.indexOf('\0') >= 0) {
      throw new InvalidRequestException("the message holds a NUL character");
    }
    model.ifPresent(QueueRequest::checkModel);
    if (idempotencyKey.filter(String::isBlank).isPresent()) {
      throw new InvalidRequestException("the idempotency key is empty");
    }
    requestedBy.ifPresent(QueueRequest::checkName);
    if (timeout.filter(Duration::isNegative).isPresent()) {
      throw new InvalidRequestException("a time-out cannot be negative: " + timeout.get());
    }
  }

  /**
   * A request with nothing but what it needs.
   *
   * @param message what the agent is told
   * @param ref the issue it belongs to
   * @return the request
   * @throws InvalidRequestException when the message is blank
   */
  public static QueueRequest of(String message, IssueRef ref) {
    return new QueueRequest(
        message,
        ref,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * The same request with another priority.
   *
   * @param value higher goes first
   * @return the request
   */
  public QueueRequest priority(int value) {
    return new QueueRequest(
        message, ref, value, model, idempotencyKey, notBefore, requestedBy, parent, timeout);
  }

  /**
   * The same request for a model.
   *
   * @param value provider/model
   * @return the request
   * @throws InvalidRequestException when it is not of that form
   */
  public QueueRequest model(String value) {
    return new QueueRequest(
        message,
        ref,
        priority,
        Optional.of(value),
        idempotencyKey,
        notBefore,
        requestedBy,
        parent,
        timeout);
  }

  /**
   * The same request under an idempotency key.
   *
   * @param value the key
   * @return the request
   * @throws InvalidRequestException when it is blank
   */
  public QueueRequest idempotencyKey(String value) {
    return new QueueRequest(
        message, ref, priority, model, Optional.of(value), notBefore, requestedBy, parent, timeout);
  }

  /**
   * The same request for later.
   *
   * @param value it does not start before this instant
   * @return the request
   */
  public QueueRequest notBefore(Instant value) {
    return new QueueRequest(
        message,
        ref,
        priority,
        model,
        idempotencyKey,
        Optional.of(value),
        requestedBy,
        parent,
        timeout);
  }

  /**
   * The same request, asked for by somebody.
   *
   * @param value who, for people: one line of at most 200 characters
   * @return the request
   * @throws InvalidRequestException when it is anything else
   */
  public QueueRequest requestedBy(String value) {
    return new QueueRequest(
        message,
        ref,
        priority,
        model,
        idempotencyKey,
        notBefore,
        Optional.of(value),
        parent,
        timeout);
  }

  /**
   * The same request, handed over by another task, which then ends with it at the earliest.
   *
   * @param value the task
   * @return the request
   */
  public QueueRequest parent(TaskId value) {
    return new QueueRequest(
        message,
        ref,
        priority,
        model,
        idempotencyKey,
        notBefore,
        requestedBy,
        Optional.of(value),
        timeout);
  }

  /**
   * The same request with a time of its own.
   *
   * @param value after what time its run is ended, counted from its start, so that the making of
   *     its worktree counts; zero for never
   * @return the request
   * @throws InvalidRequestException when it is negative
   */
  public QueueRequest timeout(Duration value) {
    return new QueueRequest(
        message,
        ref,
        priority,
        model,
        idempotencyKey,
        notBefore,
        requestedBy,
        parent,
        Optional.of(value));
  }

  private static void checkName(String name) {
    if (name.isBlank()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          "who asks is one line of 1 to " + LONGEST_NAME + " characters");
    }
  }

  private static void checkModel(String model) {
    if (!model.matches("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._:/@-]*")) {
      throw new InvalidRequestException("not a model: write provider/model");
    }
  }

  @Override
  public String toString() {
    return "QueueRequest[" + ref + ", priority " + priority + "]";
  }
}
