package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Dispatching;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.TaskStore;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what may run as soon as it may: woken by every hint of the store, and now and then because
 * hints may be lost and the dead give none. It never chooses: the store's claim does. Of the
 * instances on a store one asks for all of them, see {@link Dispatching}; the others stand by.
 */
public final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** How long it may take to see that somebody died who ran something. */
  private static final Duration WHILE_RUNNING = Duration.ofMillis(250);

  /** How long it may take to see that the elected one died. */
  private static final Duration STANDING_BY = Duration.ofMillis(500);

  /** How long a lost hint can delay anything. */
  private static final Duration OTHERWISE = Duration.ofSeconds(1);

  /** How long an elected one that hangs can delay anything. */
  private static final Duration STAND_IN = Duration.ofSeconds(5);

  /** One round takes milliseconds, unless the disk or the store's lock is very busy. */
  private static final Duration STAND_DOWN = Duration.ofSeconds(30);

  /** More than any limit would allow at once; what is left over is claimed in the next round. */
  private static final int WANT = 100;

  private final TaskStore store;
  private final DefaultBackgroundManager manager;
  private final Supplier<Limits> limits;
  private final Dispatching dispatching;
  private final Semaphore hints = new Semaphore(0);
  private final TaskStore.Subscription subscription;
  private final Thread thread;
  private boolean dispatches;
  private boolean draining;
  private boolean told = true;
  private boolean stoodDown;
  private boolean standsBy;
  private boolean awaits;
  private Duration pause = OTHERWISE;
  private long claimedAll = System.nanoTime();
  private volatile boolean closed;
  private String lastProblem = "";

  /**
   * Starts a dispatcher.
   *
   * @param engine hands out the work
   * @param manager runs it
   * @param limits the limits in force
   * @param dispatches whether it starts work, or only looks for what others did
   */
  public Dispatcher(
      Engine engine,
      DefaultBackgroundManager manager,
      Supplier<Limits> limits,
      boolean dispatches) {
    this.store = engine.tasks();
    this.manager = manager;
    this.limits = limits;
    this.dispatches = dispatches;
    this.dispatching = engine.dispatching(manager.request(Limits.none(), 0).me());
    this.subscription = store.onWork(hints::release);
    this.thread = new Thread(this::work, "kugetsu-dispatcher");
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try {
      while (!closed) {
        told = hints.tryAcquire(round().toMillis(), TimeUnit.MILLISECONDS);
        hints.drainPermits();
      }
    } catch (ClosedException | InterruptedException e) {
      LOG.debug("nothing is handed out here any more", e);
    } finally {
      dispatching.close();
    }
  }

  /**
   * All parts each time: what is wrong with one of them must not keep the others from working.
   *
   * @return when to look again at the latest
   */
  private Duration round() {
    boolean well = does(this::start);
    if (!well) {
      does(() -> dispatching.share(Set.of())); // somebody else may have more luck
    }
    boolean awaited = awaits;
    well &= does(() -> awaits = manager.look());
    if (awaits && !awaited && (standsBy || !dispatches)) {
      return Duration.ZERO; // it may be ours alone to start
    }
    pause = OTHERWISE;
    well &= does(this::choosePause);
    if (well) {
      lastProblem = "";
    }
    return pause;
  }

  private void choosePause() {
    Activity activity = store.activity();
    if (activity == Activity.RUNNING) {
      pause = WHILE_RUNNING;
    } else if (standsBy) {
      pause = STANDING_BY;
    }
  }

  private synchronized void start() {
    if (!dispatches) {
      dispatching.share(Set.of());
      stoodDown = true;
      notifyAll();
      if (awaits && !draining) {
        claim(manager.request(limits.get(), WANT).sharing(Set.of())); // what only we can start
      }
      return;
    }
    ClaimRequest request = manager.request(limits.get(), WANT);
    Set<String> share = dispatching.share(request.kinds());
    standsBy = !share.equals(request.kinds());
    if (!told && store.activity() == Activity.NONE) {
      return;
    }
    if (!standsBy || isLate()) {
      claimedAll = System.nanoTime();
      claim(request);
    } else if (!share.isEmpty() || awaits) {
      claim(request.sharing(share));
    }
  }

  private boolean isLate() {
    return System.nanoTime() - claimedAll > STAND_IN.toNanos();
  }

  private void claim(ClaimRequest request) {
    for (Claim claim : store.claim(request)) {
      manager.run(claim);
    }
  }

  private boolean does(Runnable part) {
    try {
      part.run();
      return true;
    } catch (ClosedException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      report(e); // without this thread nothing would start and no wait end any more
      return false;
    }
  }

  /** The same problem several times a second would bury everything else in the log. */
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
    draining = true;
    hints.release();
  }

  /** Starts nothing any more, and returns when somebody else may be elected. */
  public synchronized void standDown() {
    stoodDown = false;
    drain();
    long end = System.nanoTime() + STAND_DOWN.toNanos();
    try {
      while (!stoodDown && !closed && System.nanoTime() - end < 0) {
        wait(STAND_DOWN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts what may run, again. */
  public synchronized void standUp() {
    dispatches = true;
    draining = false;
    hints.release();
  }

  /** Looks for everything at once, whoever is elected. */
  public synchronized void sweep() {
    claimedAll = System.nanoTime() - STAND_IN.toNanos() - 1;
    hints.release();
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
