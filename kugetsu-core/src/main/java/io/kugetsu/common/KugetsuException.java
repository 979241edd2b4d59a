package io.kugetsu.common;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Root of everything kugetsu throws on purpose. Unchecked; a subtype says what kind of thing went
 * wrong and carries the data a caller needs to act, the message says what was wrong and what to do.
 * No message and no field ever holds an environment or a secret.
 */
public abstract class KugetsuException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * For subtypes.
   *
   * @param message what was wrong, and what to do
   */
  protected KugetsuException(String message) {
    super(message);
  }

  /**
   * For subtypes.
   *
   * @param message what was wrong, and what to do
   * @param cause what it came from, or null
   */
  protected KugetsuException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
