package io.kugetsu.task;

import io.kugetsu.common.ClosedException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Timers on a scheduler of the JDK. */
final class ScheduledTimers implements Timers {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduledTimers.class);

  /** Half of what can be counted, 146 years: added to any present time it does not overflow. */
  private static final long LONGEST = Long.MAX_VALUE / 2;

  private final ScheduledExecutorService scheduler;

  ScheduledTimers(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    long nanos = Math.max(0, Math.min(LONGEST, TimeUnit.NANOSECONDS.convert(delay)));
    try {
      return new Scheduled(scheduler.schedule(() -> run(action), nanos, TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      throw new ClosedException("the scheduler of these timers");
    }
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      LOG.error("what a timer was set for failed", e);
    }
  }

  private final class Scheduled implements Timer {
    private final Future<?> future;

    Scheduled(Future<?> future) {
      this.future = future;
    }

    @Override
    public void close() {
      future.cancel(false); // lets go of the action, too
      // a scheduler keeps the future until it would have been due, unless it is told not to
      if (scheduler instanceof ThreadPoolExecutor pool && future instanceof Runnable task) {
        pool.remove(task);
      }
    }
  }
}
