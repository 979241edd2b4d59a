package io.kugetsu.queue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
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
 */
public record QueueRequest(
    String message,
    IssueRef ref,
    int priority,
    Optional<String> model,
    Optional<String> idempotencyKey) {
  /**
   * Checks what can be checked by looking at it.
   *
   * @throws InvalidRequestException when the message or a given key is blank, or the model is not
   *     of the form provider/model
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
    return new QueueRequest(message, ref, 0, Optional.empty(), Optional.empty());
  }

  /**
   * The same request with another priority.
   *
   * @param value higher goes first
   * @return the request
   */
  public QueueRequest priority(int value) {
    return new QueueRequest(message, ref, value, model, idempotencyKey);
  }

  /**
   * The same request for a model.
   *
   * @param value provider/model
   * @return the request
   * @throws InvalidRequestException when it is not of that form
   */
  public QueueRequest model(String value) {
    return new QueueRequest(message, ref, priority, Optional.of(value), idempotencyKey);
  }

  /**
   * The same request under an idempotency key.
   *
   * @param value the key
   * @return the request
   * @throws InvalidRequestException when it is blank
   */
  public QueueRequest idempotencyKey(String value) {
    return new QueueRequest(message, ref, priority, model, Optional.of(value));
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
