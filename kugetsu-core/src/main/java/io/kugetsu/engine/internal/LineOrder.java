package io.kugetsu.engine.internal;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers for the order of acceptance: microseconds, strictly increasing, also when a clock is set
 * back, and above all that others are known to have given out. Thread-safe.
 */
final class LineOrder {
  private final AtomicLong last = new AtomicLong();

  long next(Instant now) {
    long wanted = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    return last.updateAndGet(before -> Math.max(before + 1, wanted));
  }

  /** Somebody has given out this number. */
  void seen(long number) {
    last.accumulateAndGet(number, Math::max);
  }

  /** The highest number that is known. */
  long last() {
    return last.get();
  }
}
