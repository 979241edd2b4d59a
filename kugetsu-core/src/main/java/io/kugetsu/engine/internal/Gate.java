package io.kugetsu.engine.internal;

import io.kugetsu.common.ClosedException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets nobody in after it was closed. */
final class Gate {
  private final AtomicBoolean closed = new AtomicBoolean();

  void check() {
    if (closed.get()) {
      throw new ClosedException("this engine");
    }
  }

  /** Closes it; true for the first who does. */
  boolean close() {
    return closed.compareAndSet(false, true);
  }
}
