package io.kugetsu.engine.internal;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers for the order of acceptance: microseconds, strictly increasing within this JVM, also when
 * a clock is set back or two engines are open.
 */
final class LineOrder {
  private static final AtomicLong LAST = new AtomicLong();

  private LineOrder() {}

  static long next(Instant now) {
    long wanted = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    return LAST.updateAndGet(last -> Math.max(last + 1, wanted));
  }
}
