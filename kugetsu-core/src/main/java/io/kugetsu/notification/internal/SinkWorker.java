package io.kugetsu.notification.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Deliveries;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.notification.DeliveryFailedException;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationSink;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers to one sink as long as nobody else does: in order, and what fails again and again until
 * it is given up for this opening.
 */
final class SinkWorker {
  /** How long a lost hint, or the death of whoever delivered, can delay anything. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);
  private static final int AT_ONCE = 50;
  private static final Duration FIRST_DELAY = Duration.ofMillis(500);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
  private static final Duration LONGEST_WISH = Duration.ofMinutes(5);

  /** Once, at once again, and then so many times after a delay. */
  private static final int DELAYED = 8;

  /** A look may take a tenth of the time at most, however much there is to look at. */
  private static final int SHARE = 10;

  private static final long CHEAP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final NotificationStore store;
  private final NotificationSink sink;
  private final String name;
  private final Outbox.Delays delays;
  private final Thread thread;
  private final Set<String> givenUp = new HashSet<>();
  private final Object change = new Object();
  private boolean news;
  private volatile boolean ending;
  private volatile long drained;
  private String lastProblem = "";

  SinkWorker(NotificationStore store, NotificationSink sink, Outbox.Delays delays) {
    this.store = store;
    this.sink = sink;
    this.name = sink.name();
    this.delays = delays;
    this.thread = new Thread(this::work, "kugetsu-sink-" + name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  String name() {
    return name;
  }

  boolean isRunning() {
    return thread.isAlive() && Thread.currentThread() != thread;
  }

  /** Tells it to end; what is due may be delivered until some time. */
  void end(long until) {
    drained = until;
    ending = true;
    hint();
  }

  void interrupt() {
    if (isRunning()) {
      thread.interrupt();
    }
  }

  /** Waits for its end; tells whether the waiting thread was interrupted meanwhile. */
  boolean awaitUntil(long end) {
    boolean interrupted = false;
    for (long left = end - System.nanoTime(); isRunning() && left > 0; ) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = end - System.nanoTime();
    }
    return interrupted;
  }

  private void hint() {
    synchronized (change) {
      news = true;
      change.notifyAll();
    }
  }

  private void work() {
    try (TaskStore.Subscription hints = store.onNews(this::hint)) {
      do {
        try (Deliveries mine = store.takeSink(name).orElse(null)) {
          if (mine != null) {
            deliverAll(mine);
          }
        } catch (StorageException e) {
          report(e);
        }
      } while (pause(LOOK_AGAIN, true));
    } catch (ClosedException e) {
      LOG.debug("the sink {} ends with its engine", name);
    } catch (RuntimeException | Error e) {
      LOG.error("nothing is delivered to the sink {} any more in this opening", name, e);
    }
  }

  /** Until the end, or until the store fails. */
  private void deliverAll(Deliveries mine) {
    while (true) {
      boolean last = ending; // from now on one look more is enough
      long began = System.nanoTime();
      List<NotificationRecord> due = mine.due(AT_ONCE, givenUp);
      long took = System.nanoTime() - began;
      lastProblem = "";
      for (NotificationRecord notification : due) {
        if ((ending && System.nanoTime() - drained > 0) || !deliver(mine, notification)) {
          return;
        }
      }
      if (due.isEmpty()) {
        if (last) {
          return;
        }
        pause(LOOK_AGAIN, true);
      }
      rest(began, took);
    }
  }

  /** Delivers one, or gives it up; false when it ends before. */
  private boolean deliver(Deliveries mine, NotificationRecord record) {
    Optional<Notification> notification = NotificationCodec.fromRecord(record);
    if (notification.isEmpty()) {
      givenUp.add(record.id()); // a newer version knows what it is about
      return true;
    }
    for (int failed = 0; true; ) {
      Optional<Throwable> failure = attempt(notification.get());
      if (failure.isEmpty()) {
        delivered(mine, record.id());
        return true;
      }
      failed++;
      if (ending) {
        return false;
      }
      if (failed > DELAYED + 1) {
        LOG.warn(
            "the sink {} does not take {}; it is given up until the next opening: {}",
            name,
            record.id(),
            problem(failure.get()));
        givenUp.add(record.id());
        return true;
      }
      LOG.debug("the sink {} does not take {}: {}", name, record.id(), problem(failure.get()));
      if (!pause(delay(failed, failure.get()), false)) {
        return false;
      }
    }
  }

  /** How it failed, or empty when it did not. Whatever a sink does harms nobody else. */
  private Optional<Throwable> attempt(Notification notification) {
    try {
      sink.deliver(notification);
      return Optional.empty();
    } catch (Throwable e) {
      return Optional.of(e);
    } finally {
      // its interrupt was meant for the delivery
      boolean unused = Thread.interrupted();
    }
  }

  private static void delivered(Deliveries mine, String id) {
    try {
      mine.delivered(id);
    } catch (StorageException e) {
      LOG.warn("that {} was delivered is recorded later", id, e);
    }
  }

  static Duration delay(int failed, Throwable failure) {
    Duration usual = Duration.ZERO;
    if (failed > 1) {
      usual = FIRST_DELAY.multipliedBy(1L << Math.min(failed - 2, 10));
    }
    Duration wished =
        failure instanceof DeliveryFailedException known
            ? known.retryAfter().orElse(Duration.ZERO)
            : Duration.ZERO;
    return longer(shorter(usual, LONGEST_DELAY), shorter(wished, LONGEST_WISH));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** A sink's own words; a stack trace each time would bury everything else. */
  private static String problem(Throwable failure) {
    return failure instanceof DeliveryFailedException
        ? String.valueOf(failure.getMessage())
        : failure.toString();
  }

  /**
   * Waits until the time is over.
   *
   * @param untilNews whether news end the wait too
   * @return false when it is to end
   */
  private boolean pause(Duration time, boolean untilNews) {
    if (time.isZero() || ending) {
      return !ending;
    }
    boolean[] over = {false};
    try (Outbox.Pending timer = delays.after(time, () -> expire(over))) {
      synchronized (change) {
        while (!ending && !over[0] && !(untilNews && news)) {
          change.wait();
        }
        news &= !untilNews;
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted, which only a closing does", e);
    }
    return !ending;
  }

  private void expire(boolean[] over) {
    synchronized (change) {
      over[0] = true;
      change.notifyAll();
    }
  }

  /** In real time, whatever timers there are. */
  private void rest(long began, long took) {
    if (took < CHEAP_NANOS) {
      return;
    }
    long end = began + Math.min(took * SHARE, LOOK_AGAIN.toNanos());
    synchronized (change) {
      for (long left = end - System.nanoTime(); !ending && left > 0; ) {
        try {
          TimeUnit.NANOSECONDS.timedWait(change, left);
        } catch (InterruptedException e) {
          return;
        }
        left = end - System.nanoTime();
      }
    }
  }

  /** The same problem again and again would bury everything else in the log. */
  private void report(StorageException e) {
    String problem = String.valueOf(e.getMessage());
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.error("what is due to the sink {} cannot be read for now; trying on", name, e);
    }
  }
}
