package io.kugetsu.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.task.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualTimersTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimers timers = new ManualTimers();
  private final List<String> fired = new ArrayList<>();

  @Test
  void fires_by_time_and_then_by_the_order_of_setting() {
    timers.after(Duration.ofSeconds(2), () -> fired.add("c"));
    timers.after(SECOND, () -> fired.add("a"));
    timers.after(SECOND, () -> fired.add("b"));
    timers.after(Duration.ofSeconds(3), () -> fired.add("d"));
    timers.advance(Duration.ofSeconds(2));
    assertEquals(List.of("a", "b", "c"), fired);
    assertEquals(1, timers.pending());
  }

  @Test
  void nothing_fires_but_on_the_thread_that_moves_the_time() {
    List<Thread> threads = new ArrayList<>();
    timers.after(Duration.ofSeconds(-1), () -> threads.add(Thread.currentThread()));
    assertEquals(List.of(), threads);
    timers.advance(Duration.ZERO);
    assertSame(Thread.currentThread(), threads.get(0));
  }

  @Test
  void while_an_action_runs_it_is_the_time_it_was_due_and_it_may_set_more() {
    List<Long> times = new ArrayList<>();
    timers.after(
        SECOND,
        () -> {
          times.add(timers.nanoTime());
          timers.after(SECOND, () -> times.add(timers.nanoTime()));
          timers.after(Duration.ofSeconds(5), () -> times.add(-1L));
        });
    timers.advance(Duration.ofSeconds(4));
    assertEquals(List.of(1_000_000_000L, 2_000_000_000L), times);
    assertEquals(4_000_000_000L, timers.nanoTime());
    assertEquals(1, timers.pending());
  }

  @Test
  void an_action_may_move_the_time_itself_which_never_goes_back() {
    timers.after(SECOND, () -> timers.advance(Duration.ofSeconds(9)));
    timers.after(Duration.ofSeconds(5), () -> fired.add(timers.nanoTime() + ""));
    timers.advance(Duration.ofSeconds(2));
    assertEquals(List.of("5000000000"), fired);
    assertEquals(Duration.ofSeconds(10).toNanos(), timers.nanoTime());
  }

  @Test
  void what_was_cancelled_does_not_fire() {
    Timers.Timer first = timers.after(SECOND, () -> fired.add("first"));
    Timers.Timer third = timers.after(Duration.ofSeconds(3), () -> fired.add("third"));
    timers.after(Duration.ofSeconds(2), third::close);
    first.close();
    first.close();
    timers.advance(Duration.ofSeconds(9));
    assertEquals(List.of(), fired);
    assertEquals(0, timers.pending());
  }

  @Test
  void what_an_action_throws_reaches_who_moves_the_time_and_the_rest_is_kept() {
    timers.after(
        SECOND,
        () -> {
          throw new IllegalStateException("on purpose");
        });
    timers.after(SECOND, () -> fired.add("rest"));
    assertThrows(IllegalStateException.class, () -> timers.advance(SECOND));
    assertEquals(1, timers.pending());
    timers.advance(Duration.ZERO);
    assertEquals(List.of("rest"), fired);
  }

  @Test
  void long_delays_stay_in_order_and_far_away() {
    Duration most = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    timers.advance(Duration.ofDays(100 * 365));
    timers.after(most, () -> fired.add("most"));
    timers.after(Duration.ofDays(36_525), () -> fired.add("century"));
    timers.advance(Duration.ofDays(99 * 365));
    assertEquals(List.of(), fired);
    timers.advance(Duration.ofDays(2 * 365));
    assertEquals(List.of("century"), fired);
  }

  @Test
  void time_does_not_go_back() {
    assertThrows(InvalidRequestException.class, () -> timers.advance(Duration.ofNanos(-1)));
  }
}
