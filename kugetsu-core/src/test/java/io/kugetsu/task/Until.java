package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for what only another process can bring about, and nobody tells of. */
public final class Until {
  private static final long LOOK_AGAIN_MILLIS = 10;

  private Until() {}

  /** Waits until it holds. */
  public static void holds(String what, Callable<Boolean> condition) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    long end = System.nanoTime() + Managers.SOON.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        fail("in vain: " + what);
      }
      boolean unused = never.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
