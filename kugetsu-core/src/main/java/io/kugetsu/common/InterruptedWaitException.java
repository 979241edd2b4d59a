package io.kugetsu.common;

import java.io.Serial;

/**
 * The thread was interrupted while it waited. What it waited for goes on unharmed; the thread's
 * interrupt flag is set again.
 */
public final class InterruptedWaitException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Sets the flag of the current thread again and makes the exception.
   *
   * @param what what was waited for
   * @param cause the interruption
   */
  public InterruptedWaitException(String what, InterruptedException cause) {
    super("interrupted while waiting for " + what, cause);
    Thread.currentThread().interrupt();
  }
}
