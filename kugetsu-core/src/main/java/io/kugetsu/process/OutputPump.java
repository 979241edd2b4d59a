package io.kugetsu.process;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a process writes, up to the end, on a platform thread of its own: a virtual one that
 * waits for a pipe would hold its carrier. It never stops reading before the end, since a process
 * whose pipe is full stands still.
 */
final class OutputPump implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);
  private static final int CHUNK = 32 << 10;

  private final InputStream in;
  private final OutputSink sink;
  private final long ceiling;
  private final Runnable onCeiling;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean complete;
  private volatile @Nullable String error;
  private boolean dropping;

  OutputPump(InputStream in, OutputSink sink, long ceiling, Runnable onCeiling) {
    this.in = in;
    this.sink = sink;
    this.ceiling = ceiling;
    this.onCeiling = onCeiling;
  }

  @Override
  public void run() {
    byte[] chunk = new byte[CHUNK];
    long total = 0;
    try {
      for (int n; (n = in.read(chunk)) != -1; ) {
        total += n;
        boolean over = ceiling > 0 && total > ceiling;
        if (!dropping) {
          pass(chunk, over ? (int) (n - (total - ceiling)) : n, over);
        }
        if (over && !dropping) {
          dropping = true;
          onCeiling.run();
        }
      }
      if (!dropping) {
        pass(chunk, 0, true);
        complete = !dropping;
      }
    } catch (IOException e) {
      LOG.debug("output is not read to its end", e);
      error = "its output could not be read: " + e;
    } finally {
      done.countDown();
    }
  }

  /** Whether everything was read and passed on. */
  boolean isComplete() {
    return complete;
  }

  /** Why not everything was. */
  Optional<String> error() {
    return Optional.ofNullable(error);
  }

  boolean isDone() {
    return done.getCount() == 0;
  }

  /**
   * Waits for the end of the output.
   *
   * @param quietMillis how long it may be without anything being read or passed on
   * @param maxMillis how long it may take in all
   */
  void awaitEnd(long quietMillis, long maxMillis) throws InterruptedException {
    long giveUp = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
    long before;
    do {
      before = sink.steps();
      if (done.await(quietMillis, TimeUnit.MILLISECONDS)) {
        return;
      }
    } while (sink.steps() != before && System.nanoTime() - giveUp < 0);
  }

  private void pass(byte[] chunk, int length, boolean last) {
    try {
      sink.accept(chunk, length);
      if (last) {
        sink.end();
      }
    } catch (RuntimeException | Error e) {
      // Most likely out of memory. The process shall not stand still for it.
      LOG.error("output is dropped from here on", e);
      error = "its output could not be kept: " + e;
      dropping = true;
    }
  }
}
