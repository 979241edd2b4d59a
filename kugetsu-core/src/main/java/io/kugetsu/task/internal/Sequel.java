package io.kugetsu.task.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows a run once it is over here: its end was told, or somebody else goes on with it. One
 * after the other, in the order in which it was asked for. Thread-safe.
 */
final class Sequel {
  private static final Logger LOG = LoggerFactory.getLogger(Sequel.class);

  private final Queue<Runnable> actions = new ArrayDeque<>();
  private boolean begun;
  private boolean busy;

  /** The run is over. */
  void begin() {
    synchronized (this) {
      begun = true;
    }
    goOn();
  }

  /** Whether the run is over. */
  synchronized boolean hasBegun() {
    return begun;
  }

  /** Does something once the run is over; at once if it is, unless another thread is at it. */
  void add(Runnable action) {
    synchronized (this) {
      actions.add(action);
    }
    goOn();
  }

  private void goOn() {
    for (Runnable next = next(false); next != null; next = next(true)) {
      try {
        next.run();
      } catch (RuntimeException | Error e) {
        LOG.error("something that follows a run failed", e);
      }
    }
  }

  private synchronized @Nullable Runnable next(boolean mine) {
    if (!begun || (busy && !mine)) {
      return null;
    }
    busy = !actions.isEmpty();
    return actions.poll();
  }
}
