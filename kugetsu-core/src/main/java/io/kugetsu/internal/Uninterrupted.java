package io.kugetsu.internal;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Runs file I/O that an interrupt must not break off. An interrupt closes the channel a thread is
 * busy with; here the step is simply done again, and the interrupt flag is there again afterwards.
 */
final class Uninterrupted {
  private Uninterrupted() {}

  /** A step that opens what it uses, so that it can be done again. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  static <T> T call(Step<T> step) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return step.run();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
