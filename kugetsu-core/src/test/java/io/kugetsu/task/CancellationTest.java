package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancellationTest {
  private final Cancellation cancellation = new Cancellation();
  private final List<StopReason> seen = new ArrayList<>();

  @Test
  void everybody_sees_the_very_reason_that_was_given_first() {
    StopReason first = StopReason.user("enough");
    cancellation.onCancel(seen::add);
    assertFalse(cancellation.isCancelled());
    assertEquals(Optional.empty(), cancellation.reason());

    assertTrue(cancellation.cancel(first));
    assertFalse(cancellation.cancel(StopReason.user("enough")));
    cancellation.onCancel(seen::add);

    assertTrue(cancellation.isCancelled());
    assertSame(first, cancellation.reason().orElseThrow());
    assertEquals(2, seen.size());
    seen.forEach(reason -> assertSame(first, reason));
  }

  @Test
  void who_stopped_listening_is_not_called_and_not_held() {
    Cancellation.Registration registration = cancellation.onCancel(seen::add);
    assertEquals(1, cancellation.listeners());
    registration.close();
    registration.close();
    assertEquals(0, cancellation.listeners());
    cancellation.cancel(StopReason.user(""));
    assertEquals(List.of(), seen);
  }

  @Test
  void the_same_action_may_listen_twice() {
    Cancellation.Registration one = cancellation.onCancel(seen::add);
    cancellation.onCancel(seen::add);
    one.close();
    cancellation.cancel(StopReason.user(""));
    assertEquals(1, seen.size());
  }

  @Test
  void nobody_is_held_once_the_signal_was_given() {
    cancellation.onCancel(seen::add);
    cancellation.cancel(StopReason.user(""));
    Cancellation.Registration late = cancellation.onCancel(seen::add);
    assertEquals(0, cancellation.listeners());
    late.close();
  }

  @Test
  void a_listener_that_throws_keeps_nobody_from_being_called() {
    cancellation.onCancel(
        reason -> {
          throw new IllegalStateException("on purpose");
        });
    cancellation.onCancel(
        reason -> {
          throw new AssertionError("on purpose");
        });
    cancellation.onCancel(seen::add);
    assertTrue(cancellation.cancel(StopReason.user("")));
    assertEquals(1, seen.size());
  }

  @Test
  void a_listener_may_end_another_that_was_not_called_yet() {
    List<Cancellation.Registration> others = new ArrayList<>();
    cancellation.onCancel(reason -> others.get(0).close());
    others.add(cancellation.onCancel(seen::add));
    cancellation.cancel(StopReason.user(""));
    assertEquals(List.of(), seen);
  }

  @Test
  void of_many_that_cancel_and_listen_at_once_one_counts_and_each_is_called_once()
      throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 200; round++) {
        Cancellation shared = new Cancellation();
        CyclicBarrier together = new CyclicBarrier(threads);
        AtomicInteger winners = new AtomicInteger();
        ConcurrentLinkedQueue<StopReason> told = new ConcurrentLinkedQueue<>();
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          StopReason mine = StopReason.user("thread " + i);
          ends.add(
              pool.submit(
                  () -> {
                    together.await();
                    shared.onCancel(told::add);
                    winners.addAndGet(shared.cancel(mine) ? 1 : 0);
                    return null;
                  }));
        }
        for (Future<?> end : ends) {
          end.get();
        }
        assertEquals(1, winners.get());
        assertEquals(threads, told.size());
        told.forEach(reason -> assertSame(shared.reason().orElseThrow(), reason));
        assertEquals(0, shared.listeners());
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
