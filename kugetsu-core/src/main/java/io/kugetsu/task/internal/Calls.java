package io.kugetsu.task.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The calls of foreign code that are under way. Thread-safe. */
final class Calls {
  /** A thread may be in a call within a call. */
  private final Map<Thread, Integer> threads = new HashMap<>();

  synchronized void begin() {
    threads.merge(Thread.currentThread(), 1, Integer::sum);
  }

  synchronized void end() {
    Thread thread = Thread.currentThread();
    if (threads.merge(thread, -1, Integer::sum) == 0) {
      threads.remove(thread);
    }
    if (threads.isEmpty()) {
      notifyAll();
    }
  }

  /**
   * Waits until no call is under way, unless this thread is in one: that would wait for itself. An
   * interrupt ends the wait, and is kept.
   *
   * @return whether none is
   */
  synchronized boolean awaitNone(Duration time) {
    long most = TimeUnit.NANOSECONDS.convert(time);
    long end = System.nanoTime() + most;
    boolean inside = threads.containsKey(Thread.currentThread());
    try {
      long left = inside ? 0 : most;
      while (!threads.isEmpty() && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return threads.isEmpty();
  }
}
