package io.kugetsu.process;

import java.io.File;
import java.util.concurrent.TimeUnit;

/** Watches the length of an output, as often as it is worth while. Used by the poller. */
final class OutputWatch {
  private static final long OFTEN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long SELDOM_NANOS = TimeUnit.MILLISECONDS.toNanos(240);
  private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(70);
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long SMALL_CEILING = 64L << 20;
  private static final long FAST_GROWTH = 1 << 20;

  private final File file;
  private final boolean listened;
  private final long ceiling;
  private long length;
  private long lookedAt;
  private long grownAt;
  private boolean growsFast;

  /**
   * Makes one.
   *
   * @param listened whether somebody waits for what is written
   * @param ceiling how long it may become; 0 for any length
   */
  OutputWatch(File file, boolean listened, long ceiling) {
    this.file = file;
    this.listened = listened;
    this.ceiling = ceiling;
  }

  /** Whether it should be looked at again soon. */
  boolean isSoon() {
    return listened || growsFast || (ceiling > 0 && ceiling <= SMALL_CEILING);
  }

  /** How long it is, or was when it was looked at a moment ago. */
  long look(long now) {
    if (!listened && ceiling == 0) {
      return 0;
    }
    boolean silent = listened && !growsFast && now - grownAt > SILENCE_NANOS;
    long pause = silent ? SILENT_NANOS : isSoon() ? OFTEN_NANOS : SELDOM_NANOS;
    if (now - lookedAt >= pause || lookedAt == 0) {
      long before = length;
      length = file.length();
      growsFast = length - before > FAST_GROWTH;
      grownAt = length != before || lookedAt == 0 ? now : grownAt;
      lookedAt = now;
    }
    return length;
  }
}
