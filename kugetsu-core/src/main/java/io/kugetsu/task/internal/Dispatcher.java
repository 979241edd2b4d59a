package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.TaskStore;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what may run as soon as it may: woken by every hint of the store, and now and then because
 * hints may be lost. It never chooses: the store's claim does.
 */
public final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** How long a lost hint can delay anything. */
  private static final long LOOK_AGAIN_MILLIS = 500;

  /** More than any limit would allow at once; what is left over is claimed in the next round. */
  private static final int WANT = 100;

  private final TaskStore store;
  private final DefaultBackgroundManager manager;
  private final Supplier<Limits> limits;
  private final Semaphore hints = new Semaphore(0);
  private final TaskStore.Subscription subscription;
  private final Thread thread;
  private boolean dispatches;
  private volatile boolean closed;
  private String lastProblem = "";

  /**
   * Starts a dispatcher.
   *
   * @param store hands out the work
   * @param manager runs it
   * @param limits the limits in force
   * @param dispatches whether it starts work, or only looks for what others did
   */
  public Dispatcher(
      TaskStore store,
      DefaultBackgroundManager manager,
      Supplier<Limits> limits,
      boolean dispatches) {
    this.store = store;
    this.manager = manager;
    this.limits = limits;
    this.dispatches = dispatches;
    this.subscription = store.onWork(hints::release);
    this.thread = new Thread(this::work, "kugetsu-dispatcher");
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    while (!closed) {
      try {
        round();
        hints.tryAcquire(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        hints.drainPermits();
      } catch (ClosedException | InterruptedException e) {
        return;
      }
    }
  }

  /** Both halves each time: what is wrong with one of them must not keep the other from working. */
  private void round() {
    boolean well = does(this::start);
    well &= does(manager::look);
    if (well) {
      lastProblem = "";
    }
  }

  private synchronized void start() {
    if (dispatches) {
      for (Claim claim : store.claim(manager.request(limits.get(), WANT))) {
        manager.run(claim);
      }
    }
  }

  private boolean does(Runnable half) {
    try {
      half.run();
      return true;
    } catch (ClosedException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      report(e); // without this thread nothing would start and no wait end any more
      return false;
    }
  }

  /** The same problem twice a second would bury everything else in the log. */
  private void report(Throwable e) {
    String problem = String.valueOf(e.getMessage());
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.error("the store cannot be worked with for now; trying on", e);
    }
  }

  /** Starts nothing any more, and goes on looking for what others did. */
  public synchronized void drain() {
    dispatches = false;
  }

  /** Ends the dispatcher; what runs goes on. Idempotent. */
  @Override
  public void close() {
    closed = true;
    subscription.close();
    hints.release();
    if (Thread.currentThread() == thread) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
