package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** Lets nobody in once it is closed, and is closed only when all are out who were let in. */
final class Entrance {
  private final String what;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closed;
  private final Object ending = new Object();
  private boolean ended;

  /** The entrance to something, which it is called by when it is closed. */
  Entrance(String what) {
    this.what = what;
  }

  /** Throws once it is closed; what is done afterwards is not waited for by the closing. */
  void check() {
    if (closed) {
      throw new ClosedException(what);
    }
  }

  /** Does something that the closing waits for. */
  <T> T through(Supplier<T> step) {
    lock.readLock().lock();
    try {
      check();
      return step.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Closes it. Who does so within a step waits for the steps of others only.
   *
   * @param once is done by the first who closes it, and nobody returns before that
   * @return what it gives; empty for all others, and for who closes it within that
   */
  <T> Optional<T> close(Supplier<T> once) {
    shut();
    synchronized (ending) {
      if (ended) {
        return Optional.empty();
      }
      ended = true;
      return Optional.of(once.get());
    }
  }

  private void shut() {
    int within = lock.getReadHoldCount(); // nobody gets the one lock who has the other
    for (int i = 0; i < within; i++) {
      lock.readLock().unlock();
    }
    lock.writeLock().lock();
    closed = true;
    for (int i = 0; i < within; i++) {
      lock.readLock().lock();
    }
    lock.writeLock().unlock();
  }
}
