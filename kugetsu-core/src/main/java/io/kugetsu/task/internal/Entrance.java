package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** Lets nobody in once it is closed, and is closed only when all are out who were let in. */
final class Entrance {
  private final String what;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closed;

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

  /** Closes it; true for the first who does. */
  boolean close() {
    lock.writeLock().lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
