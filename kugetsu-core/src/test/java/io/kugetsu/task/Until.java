package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

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

  /** Waits for what another thread brings about in a moment; an interrupt does not end it. */
  public static void soon(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Managers.SOON.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("in vain: " + what);
      }
      Thread.onSpinWait();
    }
  }

  /** Waits until a thread has come as far as it can without the caller. */
  public static void waits(Thread thread) {
    soon(
        thread + " waits",
        () -> thread.getState() != Thread.State.NEW && thread.getState() != Thread.State.RUNNABLE);
  }

  /** Waits until a thread looks again and again for what is not there yet, or has ended. */
  public static void looks(Thread thread) {
    soon(
        thread + " looks",
        () -> !thread.isAlive() || thread.getState() == Thread.State.TIMED_WAITING);
  }
}
