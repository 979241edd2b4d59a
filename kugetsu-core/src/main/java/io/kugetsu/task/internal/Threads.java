package io.kugetsu.task.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one instance: daemons with names of ours, ended with it; a given executor is not.
 */
public final class Threads implements AutoCloseable {
  private static final long END_SECONDS = 5;

  private final Executor executor;
  private final @Nullable ExecutorService owned;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Makes them.
   *
   * @param given an executor to be used and left open, or null for one of ours
   */
  public Threads(@Nullable Executor given) {
    if (given == null) {
      owned = Executors.newCachedThreadPool(named("kugetsu-work-"));
      executor = owned;
    } else {
      owned = null;
      executor = given;
    }
    timer = new ScheduledThreadPoolExecutor(1, named("kugetsu-timer-"));
    timer.setRemoveOnCancelPolicy(true);
  }

  /** {@return what runs the work} */
  public Executor executor() {
    return executor;
  }

  /** {@return what fires the timers} */
  public ScheduledExecutorService timer() {
    return timer;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    if (owned != null) {
      owned.shutdown();
    }
    boolean interrupted = end(timer, false);
    // a callback that closes the instance runs on one of these threads and cannot wait for itself
    boolean ours = Thread.currentThread() instanceof Worker worker && worker.owner == this;
    if (owned != null && !ours) {
      interrupted = end(owned, interrupted);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean end(ExecutorService pool, boolean interrupted) {
    try {
      if (!pool.awaitTermination(interrupted ? 0 : END_SECONDS, TimeUnit.SECONDS)) {
        pool.shutdownNow();
      }
      return interrupted;
    } catch (InterruptedException e) {
      pool.shutdownNow();
      return true;
    }
  }

  private ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return action -> new Worker(this, action, prefix + count.incrementAndGet());
  }

  /** A daemon thread of one instance. */
  private static final class Worker extends Thread {
    private final Threads owner;

    Worker(Threads owner, Runnable action, String name) {
      super(action, name);
      this.owner = owner;
      setDaemon(true);
    }
  }
}
