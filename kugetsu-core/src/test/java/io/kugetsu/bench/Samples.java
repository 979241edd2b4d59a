package io.kugetsu.bench;

import java.util.Arrays;

/** Durations in nanoseconds, and what can be said of them. Not thread-safe. */
final class Samples {
  private long[] nanos = new long[256];
  private int count;

  void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = duration;
  }

  int count() {
    return count;
  }

  /**
   * {@return the smallest sample that at least so many percent of the samples do not exceed, in
   * microseconds; NaN without samples}
   */
  double percentileMicros(double percent) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * count);
    return sorted[Math.max(1, Math.min(rank, count)) - 1] / 1_000.0;
  }

  double medianMicros() {
    return percentileMicros(50);
  }
}
