package io.kugetsu.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.engine.ChildJvm;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.notification.internal.Outbox;
import io.kugetsu.support.LeakFree;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is killed loses nothing, and its successor tells with the same identifiers. */
class KilledOutboxTest extends LeakFree {
  @TempDir Path directory;

  private final List<String> delivered = new CopyOnWriteArrayList<>();

  private void deliverTheRest() {
    try (Engine engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe())) {
      NotificationSink sink = NotificationSink.listener("bot", it -> delivered.add(it.id()));
      new Outbox(engine.notifications(), List.of(sink), (time, action) -> () -> {}).close();
    }
  }

  private static void awaitLine(ChildJvm child, String line) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!child.lines().contains(line)) {
      assertTrue(System.nanoTime() - end < 0, () -> "it said only " + child.lines());
      boolean unused = never.await(10, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void killed_between_a_delivery_and_its_record_it_is_delivered_again_with_the_same_id()
      throws Exception {
    try (ChildJvm child = new ChildJvm(SinkChild.class, directory, true)) {
      awaitLine(child, "delivered second");
      child.killAfter(0);
      assertTrue(child.lines().contains("delivered first"), () -> child.lines().toString());
    }
    deliverTheRest();
    assertEquals(List.of("second"), delivered, "and what was recorded is not");
    deliverTheRest();
    assertEquals(List.of("second"), delivered);
  }

  @Test
  void killed_before_a_delivery_it_is_delivered_at_the_next_opening() throws Exception {
    try (ChildJvm child = new ChildJvm(SinkChild.class, directory, false)) {
      awaitLine(child, "told");
      child.killAfter(0);
    }
    deliverTheRest();
    assertEquals(List.of("first", "second"), delivered);
  }

  @Test
  void whoever_waits_takes_over_from_a_killed_program() throws Exception {
    try (Engine engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe());
        ChildJvm child = new ChildJvm(SinkChild.class, directory, true)) {
      awaitLine(child, "delivered second");
      CountDownLatch taken = new CountDownLatch(1);
      NotificationSink sink =
          NotificationSink.listener(
              "bot",
              it -> {
                delivered.add(it.id());
                taken.countDown();
              });
      Timer timer = new Timer("test-timer", true);
      try (Outbox ignored =
          new Outbox(
              engine.notifications(),
              List.of(sink),
              (time, action) -> {
                TimerTask task =
                    new TimerTask() {
                      @Override
                      public void run() {
                        action.run();
                      }
                    };
                timer.schedule(task, time.toMillis());
                return task::cancel;
              })) {
        child.killAfter(0);
        assertTrue(taken.await(60, TimeUnit.SECONDS), "nobody took over");
        assertEquals(List.of("second"), delivered);
      } finally {
        timer.cancel();
      }
    }
  }
}
