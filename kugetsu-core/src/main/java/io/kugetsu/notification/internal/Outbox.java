package io.kugetsu.notification.internal;

import io.kugetsu.engine.NotificationStore;
import io.kugetsu.notification.NotificationSink;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers what is made known to the sinks of one instance, each on a thread of its own. */
public final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  /** How long what is due at a closing may still be delivered, and how long an end may take. */
  private static final Duration DRAIN = Duration.ofSeconds(2);

  private static final Duration END = Duration.ofSeconds(3);

  private final List<SinkWorker> workers;

  /** Calls when some time has passed. */
  @FunctionalInterface
  public interface Delays {
    /**
     * Sets a timer that fires once.
     *
     * @param delay after which time
     * @param action what to do; short
     * @return cancels it when closed
     */
    Pending after(Duration delay, Runnable action);
  }

  /** A timer that was set; closing it cancels it. */
  @FunctionalInterface
  public interface Pending extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Makes the sinks known, so that they get what happens from now on, and begins to deliver.
   *
   * @param store has the notifications
   * @param sinks where to; each name once
   * @param delays for what is tried again
   * @throws io.kugetsu.common.InvalidRequestException when a name is none
   * @throws io.kugetsu.common.StorageException when a sink cannot be made known
   */
  public Outbox(NotificationStore store, List<NotificationSink> sinks, Delays delays) {
    sinks.forEach(sink -> store.addSink(sink.name()));
    workers = sinks.stream().map(sink -> new SinkWorker(store, sink, delays)).toList();
    workers.forEach(SinkWorker::start);
  }

  /**
   * Delivers what is due for two seconds at most, then ends. Bounded, also while a sink blocks;
   * what was not delivered is owed at the next opening. Idempotent.
   */
  @Override
  public void close() {
    long drained = System.nanoTime() + DRAIN.toNanos();
    workers.forEach(worker -> worker.end(drained));
    boolean interrupted = awaitUntil(drained, false);
    workers.forEach(SinkWorker::interrupt);
    interrupted = awaitUntil(System.nanoTime() + END.toNanos(), interrupted);
    for (SinkWorker worker : workers) {
      if (worker.isRunning()) {
        LOG.warn("closing although the sink {} has not come back", worker.name());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitUntil(long end, boolean before) {
    boolean interrupted = before;
    for (SinkWorker worker : workers) {
      interrupted |= worker.awaitUntil(end);
    }
    return interrupted;
  }
}
