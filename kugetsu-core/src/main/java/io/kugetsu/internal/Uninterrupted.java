package io.kugetsu.internal;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Runs file I/O that an interrupt must not break off. An interrupt closes the channel a thread is
 * busy with; here the step is simply done again, and the interrupt flag is there again afterwards.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  /**
   * A step that opens what it uses, so that it can be done again.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Step<T> {
    /**
     * Does it.
     *
     * @return what came of it
     * @throws IOException when it failed
     */
    T run() throws IOException;
  }

  /**
   * Does a step, again if need be.
   *
   * @param step what to do
   * @param <T> what comes of it
   * @return what came of it
   * @throws IOException when it failed by something else than an interrupt
   */
  public static <T> T call(Step<T> step) throws IOException {
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
