package io.kugetsu.engine.internal;

import io.kugetsu.engine.TaskStore.Subscription;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells subscribers that there may be work: directly what this engine did, and by watching a file
 * that everybody touches what others did. Only while there are subscribers a thread watches; where
 * the kernel does not tell it of changes, it looks now and then.
 */
final class Hints {
  /** Something that looks different after anybody gave a hint. */
  interface Bell {
    /** Makes others look; never throws. */
    void ring();

    /** What it looks like now. */
    Object look();

    /** Whether it looks as this bell's own last ringing left it. */
    boolean isOurs(Object look);

    /** The directory in which something changes when anybody gives a hint. */
    Path place();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Hints.class);
  private static final long LOOK_EVERY_MILLIS = 250;
  private static final long END_MILLIS = 2_000;

  private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();
  private final @Nullable Bell bell;
  private @Nullable Thread watcher;
  private @Nullable DirectoryWatch watch;
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
    if (subscribers.isEmpty()) {
      endWatch();
    }
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
    DirectoryWatch watch = open(watched);
    while (isWanted()) {
      Object now = watched.look();
      if (!now.equals(seen)) {
        seen = now;
        if (!watched.isOurs(now)) {
          tellSubscribers();
        }
      }
      if (!isTold(watch)) {
        if (watch != null) {
          watch.close(); // its directory may be gone, which ends no watch
        }
        watch = open(watched);
        if (watch == null) {
          pause();
        }
      }
    }
  }

  /** From here on a change is not missed; null where nobody tells of it. */
  private @Nullable DirectoryWatch open(Bell watched) {
    DirectoryWatch opened = DirectoryWatch.of(watched.place()).orElse(null);
    synchronized (this) {
      watch = opened;
    }
    return opened;
  }

  /** Whether somebody wants to be told; if not, this thread ends. */
  private synchronized boolean isWanted() {
    if (!closed && !subscribers.isEmpty()) {
      return true;
    }
    watcher = null;
    endWatch();
    return false;
  }

  /** Waits for the kernel to tell of a change; false when it will not. */
  private static boolean isTold(@Nullable DirectoryWatch watch) {
    try {
      return watch != null && watch.await();
    } catch (InterruptedException e) {
      LOG.debug("interrupted while waiting; nobody has a reason to, so it goes on", e);
      return true;
    }
  }

  /** Waits for the next look, where nobody tells. */
  @SuppressWarnings("WaitNotInLoop") // woken too early it looks too early, which harms nobody
  private synchronized void pause() {
    try {
      if (!closed && !subscribers.isEmpty()) {
        wait(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted while waiting; nobody has a reason to, so it goes on", e);
    }
  }

  /** A thread that waits for the kernel has to be told by the end of its watch. */
  private void endWatch() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
    notifyAll();
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
      endWatch();
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
