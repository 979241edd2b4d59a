package io.kugetsu.task;

import io.kugetsu.common.Experimental;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Tells how much time passed and calls when some has. It knows no date, so setting the clock
 * changes nothing. Implementations must be thread-safe.
 */
@Experimental
public interface Timers {
  /**
   * The time that passed since some fixed moment. As with {@link System#nanoTime()}, only
   * differences of two values mean something, and two values are compared by their difference.
   *
   * @return nanoseconds
   */
  long nanoTime();

  /**
   * Sets a timer that fires once.
   *
   * @param delay after which time, at the earliest; zero or less means as soon as possible. However
   *     long, it never fires early: more than can be counted means never
   * @param action what to do; called on a thread of the timers, so it must be short and not block.
   *     What it throws is logged and stops nothing else
   * @return the timer
   * @throws io.kugetsu.common.ClosedException when no timers can be set any more
   */
  Timer after(Duration delay, Runnable action);

  /**
   * Timers that fire on a scheduler's threads. The scheduler stays the caller's: it is never shut
   * down here, and once its owner did that its timers fire no more.
   *
   * @param scheduler the scheduler
   * @return its timers; {@link #nanoTime()} is that of {@link System}
   */
  static Timers on(ScheduledExecutorService scheduler) {
    return new ScheduledTimers(scheduler);
  }

  /** A timer that was set. Thread-safe. */
  interface Timer extends AutoCloseable {
    /**
     * Cancels it: its action does not begin any more, and is not held any more. One that has begun
     * goes on; one that has fired, or was cancelled before, is left alone.
     */
    @Override
    void close();
  }
}
