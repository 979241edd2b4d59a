package io.kugetsu.common;

import java.io.Serial;

/**
 * What the caller asked for cannot be meant: an empty message, a malformed ref, a limit of zero.
 * Thrown before anything was changed.
 */
public final class InvalidRequestException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message what was wrong, and what to do
   */
  public InvalidRequestException(String message) {
    super(message);
  }
}
