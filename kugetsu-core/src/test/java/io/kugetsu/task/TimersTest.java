package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TimersTest {
  private static final Duration MOST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
  private static final Duration LEAST = Duration.ofSeconds(Long.MIN_VALUE);

  private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
  private final Timers timers = Timers.on(scheduler);

  @AfterEach
  void end() {
    scheduler.shutdownNow();
  }

  static List<Duration> long_delays() {
    return List.of(
        Duration.ofDays(36_525),
        Duration.ofDays(200 * 365),
        Duration.ofMillis(Long.MAX_VALUE),
        Duration.ofNanos(Long.MAX_VALUE),
        MOST);
  }

  static List<Duration> no_delays() {
    return List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-36_525), LEAST);
  }

  @ParameterizedTest
  @MethodSource("long_delays")
  void a_long_delay_does_not_fire_at_once(Duration delay) throws Exception {
    AtomicInteger fired = new AtomicInteger();
    CountDownLatch later = new CountDownLatch(1);
    try (Timers.Timer early = timers.after(Duration.ofMillis(-5), () -> {});
        Timers.Timer endless = timers.after(delay, fired::incrementAndGet);
        Timers.Timer again = timers.after(delay, fired::incrementAndGet);
        Timers.Timer soon = timers.after(Duration.ofMillis(20), later::countDown)) {
      assertTrue(later.await(20, TimeUnit.SECONDS));
      assertEquals(0, fired.get());
      assertEquals(2, scheduler.getQueue().size());
    }
    assertEquals(0, scheduler.getQueue().size());
  }

  @ParameterizedTest
  @MethodSource("no_delays")
  void no_delay_fires_soon(Duration delay) throws Exception {
    CountDownLatch fired = new CountDownLatch(1);
    timers.after(delay, fired::countDown);
    assertTrue(fired.await(20, TimeUnit.SECONDS));
  }

  @Test
  void a_timer_does_not_fire_early() throws Exception {
    long begin = timers.nanoTime();
    CountDownLatch fired = new CountDownLatch(1);
    timers.after(Duration.ofMillis(50), fired::countDown);
    assertTrue(fired.await(20, TimeUnit.SECONDS));
    assertTrue(timers.nanoTime() - begin >= Duration.ofMillis(50).toNanos());
  }

  @Test
  void what_was_cancelled_is_neither_done_nor_kept() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    AtomicInteger fired = new AtomicInteger();
    timers.after(Duration.ZERO, () -> await(hold));
    Timers.Timer due = timers.after(Duration.ZERO, fired::incrementAndGet);
    due.close();
    due.close();
    hold.countDown();
    barrier();
    assertEquals(0, fired.get());
    assertEquals(0, scheduler.getQueue().size());
  }

  /** Such a scheduler cannot be told to forget the future, which then must hold nothing. */
  @Test
  void a_hidden_scheduler_does_not_keep_what_was_cancelled() throws Exception {
    ScheduledExecutorService hidden = Executors.newSingleThreadScheduledExecutor();
    try {
      Object big = new Object();
      WeakReference<Object> held = new WeakReference<>(big);
      Timers.on(hidden).after(Duration.ofDays(1), holding(big)).close();
      big = null;
      for (int tries = 0; held.get() != null && tries < 100; tries++) {
        System.gc();
      }
      assertNull(held.get());
    } finally {
      hidden.shutdownNow();
    }
  }

  @Test
  void an_action_that_throws_stops_nothing_else() throws Exception {
    timers.after(
        Duration.ZERO,
        () -> {
          throw new IllegalStateException("on purpose");
        });
    barrier();
  }

  @Test
  void after_the_end_of_the_scheduler_no_timer_can_be_set() {
    Timers.Timer set = timers.after(Duration.ofDays(1), () -> {});
    scheduler.shutdownNow();
    assertThrows(ClosedException.class, () -> timers.after(Duration.ZERO, () -> {}));
    set.close();
  }

  private static Runnable holding(Object big) {
    return () -> Objects.requireNonNull(big);
  }

  private void barrier() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    timers.after(Duration.ZERO, reached::countDown);
    assertTrue(reached.await(20, TimeUnit.SECONDS));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
