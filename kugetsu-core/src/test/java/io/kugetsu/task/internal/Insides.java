package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.kugetsu.task.BackgroundManager;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a manager holds that nobody outside can see. */
public final class Insides {
  private Insides() {}

  /** How many runs it carries out, and for how many tasks it keeps waits. */
  public static List<Integer> held(BackgroundManager manager) {
    return ((DefaultBackgroundManager) manager).held();
  }

  /** The same once it is nothing any more, or as it is after a while. */
  public static List<Integer> awaitNothingHeld(BackgroundManager manager)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    List<Integer> held = held(manager);
    for (int i = 0; i < 3000 && !held.equals(List.of(0, 0)); i++) {
      assertFalse(never.await(10, TimeUnit.MILLISECONDS));
      held = held(manager);
    }
    return held;
  }
}
