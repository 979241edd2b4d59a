package io.kugetsu.process;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands on the lines of one run: on an executor, by one task at a time, a piece at a time. */
final class RunLines {
  private static final Logger LOG = LoggerFactory.getLogger(RunLines.class);
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final LineFeed feed;
  private final Executor executor;
  private final Runnable onDrained;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile boolean draining;

  // Of the poller.
  private long steps = -1;
  private long progressAt;

  /**
   * Makes one.
   *
   * @param onDrained runs when everything was handed on, or was given up; maybe more than once
   */
  RunLines(String name, LineFeed feed, Executor executor, Runnable onDrained) {
    this.name = name;
    this.feed = feed;
    this.executor = executor;
    this.onDrained = onDrained;
  }

  /** Whether everything was handed on. */
  boolean isComplete() {
    return feed.isComplete();
  }

  /** The file is that long now. */
  void grown(long length) {
    if (length > feed.offset()) {
      advanceSoon();
    }
  }

  /** The file grows no more: hands on what is left of it. */
  void drain() {
    draining = true;
    advanceSoon();
  }

  /** On the poller: gives up a listener that does not return, once the file grows no more. */
  void lookWhetherStuck(long now) {
    if (!draining) {
      return;
    }
    long current = feed.steps() + feed.offset();
    if (current != steps) {
      steps = current;
      progressAt = now;
    } else if (now - progressAt > STUCK_NANOS) {
      LOG.warn("the output listener of {} is stuck, it gets nothing more", name);
      feed.cut();
      onDrained.run();
    }
  }

  private void advanceSoon() {
    if (busy.compareAndSet(false, true)) {
      try {
        executor.execute(this::advance);
      } catch (RuntimeException e) {
        LOG.error("the lines of {} are not taken any more, its listener gets no others", name, e);
        feed.cut();
        if (draining) {
          onDrained.run();
        }
      }
    }
  }

  private void advance() {
    // Asked before it is read, so that what was written until the end is in it.
    boolean last = draining;
    boolean more = feed.advance();
    if (last && !more) {
      feed.end();
      onDrained.run();
      return;
    }
    busy.set(false);
    if (more || draining) {
      advanceSoon();
    }
  }
}
