package io.kugetsu.engine.internal;

import io.kugetsu.engine.TaskStore.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells subscribers that there may be work: directly what this engine did, and by looking at a file
 * that everybody touches what others did. Only while there are subscribers a thread looks.
 */
final class Hints {
  /** Something that looks different after anybody gave a hint. */
  interface Bell {
    /** Makes others look; never throws. */
    void ring();

    /** What it looks like now. */
    Object look();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Hints.class);
  private static final long LOOK_EVERY_MILLIS = 250;
  private static final long END_MILLIS = 2_000;

  private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
  private final @Nullable Bell bell;
  private @Nullable Thread watcher;
  private boolean closed;

  Hints(@Nullable Bell bell) {
    this.bell = bell;
  }

  void give() {
    if (bell != null) {
      bell.ring();
    }
    tellSubscribers();
  }

  Subscription subscribe(Runnable hint) {
    // A wrapper of its own: subscribing the same callback twice makes two subscriptions.
    Runnable subscriber = hint::run;
    synchronized (this) {
      if (!closed) {
        subscribers.add(subscriber);
        watch();
      }
    }
    return () -> unsubscribe(subscriber);
  }

  private synchronized void unsubscribe(Runnable subscriber) {
    subscribers.remove(subscriber);
    notifyAll();
  }

  private void watch() {
    if (bell != null && watcher == null) {
      Object seen = bell.look();
      Bell watched = bell;
      Thread thread = new Thread(() -> watch(watched, seen), "kugetsu-engine-wake");
      thread.setDaemon(true);
      watcher = thread;
      thread.start();
    }
  }

  private void watch(Bell watched, Object first) {
    Object seen = first;
    while (pause()) {
      Object now = watched.look();
      if (!now.equals(seen)) {
        seen = now;
        tellSubscribers();
      }
    }
  }

  /** Waits for the next look; false when nobody wants one any more. */
  @SuppressWarnings("WaitNotInLoop") // woken too early it looks too early, which harms nobody
  private synchronized boolean pause() {
    try {
      if (!closed && !subscribers.isEmpty()) {
        wait(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted while waiting; nobody has a reason to, so it goes on", e);
    }
    if (closed || subscribers.isEmpty()) {
      watcher = null;
      return false;
    }
    return true;
  }

  private void tellSubscribers() {
    for (Runnable subscriber : subscribers) {
      try {
        subscriber.run();
      } catch (RuntimeException e) {
        LOG.warn("a subscriber to hints about work failed", e);
      }
    }
  }

  void close() {
    Thread ending;
    synchronized (this) {
      closed = true;
      subscribers.clear();
      ending = watcher;
      notifyAll();
    }
    if (ending == null || ending == Thread.currentThread()) {
      return;
    }
    try {
      ending.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
