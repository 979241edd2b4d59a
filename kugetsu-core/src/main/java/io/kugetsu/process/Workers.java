package io.kugetsu.process;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A few daemon threads for short work that may all the same turn out to block, such as a listener.
 * As long as work waits and none is finished, it gets one thread more, so that nobody who blocks
 * holds back others for long. Idle threads end.
 */
final class Workers implements Executor {
  private static final int USUAL =
      Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));
  private static final long IDLE_MILLIS = 500;
  private static final int MOST = 4096;

  private final ThreadPoolExecutor pool;
  private long completedBefore = -1;

  Workers(String name) {
    AtomicInteger number = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            USUAL,
            USUAL,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            action -> {
              Worker thread = new Worker(this, action, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable work) {
    pool.execute(work);
  }

  /** To be called now and then by one thread. */
  void relieve() {
    long completed = pool.getCompletedTaskCount();
    if (pool.getQueue().isEmpty()) {
      if (pool.getCorePoolSize() > USUAL && pool.getActiveCount() < USUAL) {
        pool.setCorePoolSize(USUAL);
        pool.setMaximumPoolSize(USUAL);
      }
    } else if (completed == completedBefore && pool.getCorePoolSize() < MOST) {
      pool.setMaximumPoolSize(pool.getCorePoolSize() + 1);
      pool.setCorePoolSize(pool.getCorePoolSize() + 1);
    }
    completedBefore = completed;
  }

  /** Ends them; what is under way is interrupted. */
  void close() {
    pool.shutdownNow();
  }

  /** Whether the calling thread is one of them. */
  boolean isMine() {
    return Thread.currentThread() instanceof Worker worker && worker.owner == this;
  }

  boolean awaitEnd(long millis) throws InterruptedException {
    return pool.awaitTermination(millis, TimeUnit.MILLISECONDS);
  }

  private static final class Worker extends Thread {
    private final Workers owner;

    Worker(Workers owner, Runnable work, String name) {
      super(work, name);
      this.owner = owner;
    }
  }
}
