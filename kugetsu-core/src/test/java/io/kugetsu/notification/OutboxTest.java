package io.kugetsu.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.notification.internal.Outbox;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.Timers;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each notification to each sink at least once, in order, and no sink in the way of another. */
class OutboxTest extends LeakFree {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ManualTimers timers = new ManualTimers();
  private int number;

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private Engine engine() {
    Engine engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe());
    open.add(engine);
    return engine;
  }

  private Outbox outbox(Engine engine, NotificationSink... sinks) {
    Outbox outbox =
        new Outbox(
            engine.notifications(),
            List.of(sinks),
            (delay, action) -> {
              Timers.Timer timer = timers.after(delay, action);
              return timer::close;
            });
    open.add(outbox);
    return outbox;
  }

  private String tell(Engine engine) {
    number++;
    String id = "told-" + number;
    NotificationRecord record =
        new NotificationRecord(
            id,
            NOON.plusSeconds(number),
            false,
            Map.of("type", "task_completed", "message", "message " + number));
    assertTrue(engine.notifications().put(record));
    return id;
  }

  /** What a sink was given, and what it is to do about it. */
  private static final class Recorder implements NotificationSink {
    private final String name;
    private final BlockingQueue<String> given = new LinkedBlockingQueue<>();
    private volatile String failing = "";
    private volatile Exception failure = new IllegalStateException("out of order");

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void deliver(Notification notification) throws Exception {
      given.add(notification.id());
      if (!failing.isEmpty() && notification.id().matches(failing)) {
        throw failure;
      }
    }

    String next() throws InterruptedException {
      String id = given.poll(30, TimeUnit.SECONDS);
      assertTrue(id != null, "nothing came");
      return id;
    }

    void assertNothingMore() {
      assertEquals(List.of(), List.copyOf(given));
    }
  }

  /** Until a worker waits for a timer, which it sets after each failure and when nothing is due. */
  private void awaitTimer(int pending) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (timers.pending() != pending) {
      assertTrue(System.nanoTime() - end < 0, () -> "timers set: " + timers.pending());
      boolean unused = never.await(5, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void each_is_delivered_to_each_sink_in_order_and_once() throws Exception {
    Engine engine = engine();
    Recorder one = new Recorder("one");
    Recorder two = new Recorder("two");
    Outbox outbox = outbox(engine, one, two);
    List<String> told = List.of(tell(engine), tell(engine), tell(engine));
    for (Recorder sink : List.of(one, two)) {
      assertEquals(told, List.of(sink.next(), sink.next(), sink.next()));
    }
    outbox.close();
    outbox(engine, one, two).close();
    one.assertNothingMore();
    two.assertNothingMore();
  }

  @Test
  void a_new_sink_gets_what_happens_from_then_on_and_a_known_one_what_it_missed() throws Exception {
    Engine engine = engine();
    tell(engine);
    Recorder sink = new Recorder("bot");
    outbox(engine, sink).close();
    sink.assertNothingMore();
    String missed = tell(engine);
    Outbox again = outbox(engine, sink);
    assertEquals(missed, sink.next());
    again.close();
    sink.assertNothingMore();
  }

  @Test
  void what_was_read_before_it_could_be_delivered_is_delivered() throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    outbox(engine, sink).close();
    String id = tell(engine);
    assertEquals(1, engine.notifications().markRead(List.of(id)));
    outbox(engine, sink);
    assertEquals(id, sink.next());
  }

  @Test
  void a_failing_delivery_is_tried_at_once_then_ever_later_then_given_up_until_the_next_opening()
      throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    sink.failing = "told-1";
    Outbox outbox = outbox(engine, sink);
    awaitTimer(1);
    String first = tell(engine);
    assertEquals(List.of(first, first), List.of(sink.next(), sink.next()));
    for (Duration delay :
        List.of(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(16),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30))) {
      awaitTimer(1);
      timers.advance(delay.minusMillis(1));
      assertEquals(1, timers.pending(), "not before " + delay);
      sink.assertNothingMore();
      timers.advance(Duration.ofMillis(1));
      assertEquals(first, sink.next(), "after " + delay);
    }
    String second = tell(engine);
    assertEquals(second, sink.next(), "the next one goes on");
    outbox.close();
    sink.failing = "";
    Outbox again = outbox(engine, sink);
    assertEquals(first, sink.next(), "owed at the next opening");
    again.close();
    sink.assertNothingMore();
  }

  @Test
  void what_comes_after_a_failing_delivery_waits_so_that_the_order_is_kept() throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    sink.failing = "told-1";
    outbox(engine, sink);
    String first = tell(engine);
    assertEquals(List.of(first, first), List.of(sink.next(), sink.next()));
    String second = tell(engine);
    awaitTimer(1);
    sink.assertNothingMore();
    sink.failing = "";
    timers.advance(Duration.ofMillis(500));
    assertEquals(List.of(first, second), List.of(sink.next(), sink.next()));
  }

  @Test
  void a_sink_may_say_how_long_to_wait() throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    sink.failing = "told-1";
    sink.failure = new DeliveryFailedException("slow down", Duration.ofSeconds(7));
    outbox(engine, sink);
    awaitTimer(1);
    String first = tell(engine);
    assertEquals(first, sink.next());
    awaitTimer(1);
    timers.advance(Duration.ofMillis(6_999));
    sink.assertNothingMore();
    timers.advance(Duration.ofMillis(1));
    assertEquals(first, sink.next());
  }

  @Test
  void a_sink_that_blocks_delays_neither_others_nor_the_close() throws Exception {
    Engine engine = engine();
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    NotificationSink blocking =
        new NotificationSink() {
          @Override
          public String name() {
            return "blocking";
          }

          @Override
          public void deliver(Notification notification) throws Exception {
            blocked.countDown();
            never.await();
          }
        };
    Recorder other = new Recorder("other");
    Outbox outbox = outbox(engine, blocking, other);
    String first = tell(engine);
    String second = tell(engine);
    assertTrue(blocked.await(30, TimeUnit.SECONDS));
    assertEquals(List.of(first, second), List.of(other.next(), other.next()));
    outbox.close();
    Recorder next = new Recorder("blocking");
    outbox(engine, next);
    assertEquals(List.of(first, second), List.of(next.next(), next.next()));
  }

  @Test
  void what_is_due_when_it_is_closed_is_delivered_before() throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    Outbox outbox = outbox(engine, sink);
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      told.add(tell(engine));
    }
    outbox.close();
    assertEquals(told, List.copyOf(sink.given));
  }

  @Test
  void of_two_instances_one_delivers_and_the_other_takes_over() throws Exception {
    Engine engine = engine();
    Recorder first = new Recorder("bot");
    Recorder second = new Recorder("bot");
    Outbox one = outbox(engine, first);
    awaitTimer(1);
    outbox(engine(), second);
    awaitTimer(2);
    String id = tell(engine);
    assertEquals(id, first.next());
    one.close();
    String next = tell(engine);
    timers.advance(Duration.ofSeconds(3));
    assertEquals(next, second.next());
    first.assertNothingMore();
  }

  @Test
  void what_a_killed_program_left_half_recorded_is_delivered_again() throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    outbox(engine, sink).close();
    Path delivered = directory.resolve("notifications/sinks/bot.delivered");
    Outbox outbox = outbox(engine, sink);
    String first = tell(engine);
    String second = tell(engine);
    assertEquals(List.of(first, second), List.of(sink.next(), sink.next()));
    outbox.close();
    assertEquals(List.of(first, second), Files.readAllLines(delivered));
    Files.writeString(delivered, first + "\n" + second.substring(0, 3));
    Outbox again = outbox(engine, sink);
    assertEquals(second, sink.next());
    String third = tell(engine);
    assertEquals(third, sink.next());
    again.close();
    assertEquals(List.of(first, second, third), Files.readAllLines(delivered));
  }

  @Test
  void a_record_that_cannot_be_written_keeps_nothing_from_being_delivered() throws Exception {
    Engine engine = engine();
    Recorder sink = new Recorder("bot");
    Outbox outbox = outbox(engine, sink);
    Path delivered = directory.resolve("notifications/sinks/bot.delivered");
    awaitTimer(1);
    Files.delete(delivered);
    Files.createDirectory(delivered);
    String first = tell(engine);
    String second = tell(engine);
    assertEquals(List.of(first, second), List.of(sink.next(), sink.next()));
    Files.delete(delivered);
    String third = tell(engine);
    assertEquals(third, sink.next());
    outbox.close();
    outbox(engine, sink).close();
    sink.assertNothingMore();
  }

  @Test
  void a_name_that_is_no_file_name_is_refused() {
    Engine engine = engine();
    for (String name : List.of("", "../up", "A", "a/b", ".hidden", "x".repeat(65))) {
      assertThrows(InvalidRequestException.class, () -> outbox(engine, new Recorder(name)), name);
    }
  }
}
