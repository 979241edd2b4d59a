package io.kugetsu.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.LeakFree;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyLimiterTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final LimitKey BUILD = LimitKey.of("build");
  private static final LimitKey TEST = LimitKey.of("test");

  @TempDir Path temp;

  private static Limits limits(int build, int test) {
    return Limits.none().perKey("build", build).perKey("test", test);
  }

  private static CompletableFuture<Permit> waiting(ConcurrencyLimiter limiter, LimitKey key) {
    CompletableFuture<Permit> permit = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                permit.complete(limiter.acquire(key, LONG));
              } catch (RuntimeException e) {
                permit.completeExceptionally(e);
              }
            },
            "test-waiter");
    thread.setDaemon(true);
    thread.start();
    return permit;
  }

  @Test
  void permits_that_are_over_leave_nothing() {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe());
        ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> limits(1, 1))) {
      for (int i = 0; i < 10; i++) {
        try (Permit held = limiter.acquire(BUILD, Duration.ZERO)) {
          assertEquals(Set.of(BUILD), held.keys());
          assertThrows(
              LimitReachedException.class, () -> limiter.acquire(BUILD, Duration.ofMillis(1)));
        }
      }
      assertEquals(List.of(), engine.tasks().list(EnumSet.allOf(TaskStatus.class)));
    }
  }

  @Test
  void a_permit_that_could_not_be_given_back_can_be_closed_again() {
    try (BrokenEngine engine =
            new BrokenEngine(Engines.memory(Clock.systemUTC(), Engines.localProbe()));
        ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> limits(1, 1))) {
      Permit permit = limiter.acquire(BUILD, Duration.ZERO);
      engine.breaks("finish");
      assertThrows(StorageException.class, permit::close);
      assertEquals(1, limiter.held(BUILD));
      engine.works("finish");
      permit.close();
      assertEquals(0, limiter.held(BUILD));
    }
  }

  @Test
  void a_permit_is_given_for_all_its_keys_or_for_none() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits(2, 1))) {
      Permit both = limiter.tryAcquire(Set.of(BUILD, TEST)).orElseThrow();
      assertEquals(Set.of(BUILD, TEST), both.keys());
      assertTrue(limiter.tryAcquire(Set.of(BUILD, TEST)).isEmpty());
      assertEquals(1, limiter.held(BUILD), "the half that had room was not taken");
      both.close();
      both.close();
      assertEquals(0, limiter.held(BUILD) + limiter.held(TEST));
    }
  }

  @Test
  void a_key_without_a_limit_is_unlimited_and_one_with_zero_is_paused() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits(0, 1))) {
      for (int i = 0; i < 20; i++) {
        assertTrue(limiter.tryAcquire(Set.of(LimitKey.of("anything"))).isPresent());
      }
      assertTrue(limiter.tryAcquire(Set.of(BUILD)).isEmpty());
      assertThrows(InvalidRequestException.class, () -> limiter.tryAcquire(Set.of()));
    }
  }

  @Test
  void who_waits_gets_the_permit_when_it_is_given_back() throws Exception {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits(1, 1))) {
      Permit first = limiter.acquire(BUILD, LONG);
      CompletableFuture<Permit> second = waiting(limiter, BUILD);
      limiter.acquire(TEST, Duration.ZERO).close();
      first.close();
      second.get(60, TimeUnit.SECONDS).close();
      assertEquals(0, limiter.held(BUILD));
    }
  }

  @Test
  void a_wait_that_is_over_says_who_has_the_permit_and_leaves_no_place_in_line() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits(1, 1));
        Permit held = limiter.acquire(BUILD, LONG)) {
      LimitReachedException full =
          assertThrows(
              LimitReachedException.class, () -> limiter.acquire(BUILD, Duration.ofMillis(20)));
      assertEquals(BUILD, full.key());
      assertEquals(1, full.limit());
      assertEquals(1, full.holders().size());
      held.close();
      limiter.tryAcquire(Set.of(BUILD)).orElseThrow().close();
    }
  }

  private static CompletableFuture<Permit> waiting(ConcurrencyLimiter limiter, Waiting waiting) {
    CompletableFuture<Permit> permit = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                permit.complete(limiter.acquire(Set.of(BUILD), LONG, waiting));
              } catch (RuntimeException e) {
                permit.completeExceptionally(e);
              }
            },
            "test-waiter");
    thread.setDaemon(true);
    thread.start();
    return permit;
  }

  private static void reaches(BlockingQueue<Integer> places, int place) throws Exception {
    for (Integer seen = 0; seen != place; ) {
      seen = places.poll(60, TimeUnit.SECONDS);
      assertNotNull(seen, "it never came to place " + place);
    }
  }

  @Test
  void who_waits_sees_its_place_and_can_be_called_off() throws Exception {
    BlockingQueue<Integer> first = new LinkedBlockingQueue<>();
    BlockingQueue<Integer> second = new LinkedBlockingQueue<>();
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits(1, 1))) {
      Permit held = limiter.acquire(BUILD, Duration.ZERO);
      Waiting leaves = new Waiting(first::add);
      CompletableFuture<Permit> gone = waiting(limiter, leaves);
      reaches(first, 1);
      Waiting stays = new Waiting(second::add);
      CompletableFuture<Permit> next = waiting(limiter, stays);
      reaches(second, 2);
      assertEquals(OptionalInt.of(2), stays.position());
      leaves.cancel();
      assertThrows(CancellationException.class, () -> gone.get(60, TimeUnit.SECONDS));
      reaches(second, 1);
      assertEquals(OptionalInt.empty(), leaves.position());
      held.close();
      next.get(60, TimeUnit.SECONDS).close();
      assertEquals(OptionalInt.empty(), stays.position());
      Waiting before = new Waiting();
      before.cancel();
      try (Permit again = limiter.acquire(BUILD, Duration.ZERO)) {
        assertEquals(Set.of(BUILD), again.keys());
        assertThrows(
            CancellationException.class, () -> limiter.acquire(Set.of(BUILD), LONG, before));
      }
    }
  }

  @Test
  void limits_may_change_while_somebody_waits() throws Exception {
    AtomicReference<Limits> limits = new AtomicReference<>(limits(1, 1));
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits::get)) {
      Permit held = limiter.acquire(BUILD, Duration.ZERO);
      BlockingQueue<Integer> places = new LinkedBlockingQueue<>();
      CompletableFuture<Permit> waits = waiting(limiter, new Waiting(places::add));
      reaches(places, 1);
      limits.set(limits(2, 1));
      try (Permit second = waits.get(60, TimeUnit.SECONDS)) {
        limits.set(limits(1, 1));
        assertEquals(2, limiter.held(BUILD), "a lower limit takes nothing back");
        assertEquals(Optional.empty(), limiter.tryAcquire(Set.of(BUILD)));
        assertEquals(Set.of(BUILD), second.keys());
      }
      assertEquals(Optional.empty(), limiter.tryAcquire(Set.of(BUILD)));
      held.close();
    }
  }

  @Test
  void an_interrupted_wait_gives_up_its_place_and_keeps_the_flag() throws Exception {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.inMemory(limits(1, 1));
        Permit held = limiter.acquire(BUILD, LONG)) {
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread waiter =
          new Thread(
              () -> {
                try (Permit unexpected = limiter.acquire(BUILD, LONG)) {
                  flag.complete(false);
                } catch (InterruptedWaitException e) {
                  flag.complete(Thread.currentThread().isInterrupted());
                }
              });
      waiter.start();
      waiter.interrupt();
      assertTrue(flag.get(60, TimeUnit.SECONDS));
      waiter.join();
      held.close();
      limiter.tryAcquire(Set.of(BUILD)).orElseThrow().close();
    }
  }

  @Test
  void closing_ends_waits_and_gives_back_what_was_handed_out() throws Exception {
    try (Engine engine =
        Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe())) {
      ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> limits(1, 1));
      limiter.acquire(BUILD, LONG);
      CompletableFuture<Permit> second = waiting(limiter, BUILD);
      limiter.close();
      limiter.close();
      ExecutionException ended =
          assertThrows(ExecutionException.class, () -> second.get(60, TimeUnit.SECONDS));
      assertInstanceOf(ClosedException.class, ended.getCause());
      assertThrows(ClosedException.class, () -> limiter.tryAcquire(Set.of(BUILD)));
      try (ConcurrencyLimiter next = ConcurrencyLimiter.on(engine, () -> limits(1, 1))) {
        assertTrue(next.tryAcquire(Set.of(BUILD)).isPresent());
      }
    }
  }

  @Test
  void closing_lets_those_who_wait_give_up_their_places_first() throws Exception {
    try (BrokenEngine engine =
        new BrokenEngine(Engines.memory(Clock.systemUTC(), Engines.localProbe()))) {
      ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> limits(1, 1));
      limiter.acquire(BUILD, LONG);
      BlockingQueue<Integer> places = new LinkedBlockingQueue<>();
      CompletableFuture<Permit> waits = waiting(limiter, new Waiting(places::add));
      reaches(places, 1);
      CountDownLatch never = new CountDownLatch(1);
      engine.before(
          "cancel",
          () -> {
            try {
              assertFalse(never.await(300, TimeUnit.MILLISECONDS), "a slow disk");
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      limiter.close();
      assertEquals(
          List.of(),
          engine.tasks().list(EnumSet.of(TaskStatus.PENDING)),
          "nobody could take it back once the engine is closed, and it would keep its room");
      assertThrows(ExecutionException.class, () -> waits.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void eight_threads_never_hold_more_than_the_limit_over_files() throws Exception {
    try (Engine engine =
            Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe());
        ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> limits(3, 1))) {
      AtomicInteger now = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      CountDownLatch all = new CountDownLatch(8);
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  all.countDown();
                  for (int round = 0; round < 5; round++) {
                    try (Permit permit = limiter.acquire(BUILD, LONG)) {
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      now.decrementAndGet();
                    }
                  }
                },
                action -> new Thread(action).start()));
      }
      assertTrue(all.await(60, TimeUnit.SECONDS));
      for (CompletableFuture<Void> thread : threads) {
        try {
          thread.get(60, TimeUnit.SECONDS);
        } catch (CompletionException e) {
          throw new AssertionError(e);
        }
      }
      assertTrue(most.get() <= 3, () -> most + " at once");
      assertEquals(0, limiter.held(BUILD));
    }
  }
}
