package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.Permit;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.LeakFree;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits for its permit instead of being refused. */
class WaitingStartsTest extends LeakFree {
  private static final LimitKey BUILD = LimitKey.of("build");
  private static final Limits ONE = Limits.none().perKey("build", 1);

  @TempDir Path directory;
  private final Engine engine =
      Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));

  @AfterEach
  void end() {
    engine.close();
  }

  private BackgroundManager open() {
    return builder(directory).engine(engine).limits(() -> ONE).open();
  }

  private TaskHandle waiting(BackgroundManager tasks) {
    return tasks.start(sh(directory, "echo done").background().limitKeys(BUILD).waitForPermit());
  }

  @Test
  void it_starts_when_its_permit_is_free() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> ONE);
        BackgroundManager tasks = open()) {
      TaskHandle first;
      TaskHandle second;
      try (Permit held = limiter.acquire(BUILD, Duration.ZERO)) {
        assertTrue(held.keys().contains(BUILD));
        first = waiting(tasks);
        second = waiting(tasks);
        assertEquals(TaskStatus.PENDING, first.info().status());
        assertEquals(OptionalInt.of(1), first.position());
        assertEquals(OptionalInt.of(2), second.position());
        assertTrue(first.await(Duration.ZERO).isRunning());
      }
      assertTrue(first.await(SOON).isSuccess());
      assertTrue(second.await(SOON).isSuccess());
      assertEquals(OptionalInt.empty(), second.position());
      assertEquals(1, second.info().epoch());
    }
  }

  @Test
  void a_stop_or_the_callers_signal_takes_it_out_of_the_line() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> ONE);
        BackgroundManager tasks = open();
        Permit held = limiter.acquire(BUILD, Duration.ZERO)) {
      TaskHandle stopped = waiting(tasks);
      Cancellation signal = new Cancellation();
      TaskHandle called =
          tasks.start(
              sh(directory, "echo done").limitKeys(BUILD).waitForPermit().cancelledBy(signal));
      assertTrue(stopped.stop("no more"));
      assertEquals(TaskStatus.CANCELLED, stopped.await(SOON).status());
      signal.cancel(StopReason.user("me neither"));
      assertEquals(TaskStatus.CANCELLED, called.await(SOON).status());
      assertEquals(1, limiter.held(BUILD));
      assertTrue(held.keys().contains(BUILD));
    }
  }

  @Test
  void the_callers_signal_is_heeded_without_a_thread() {
    Thread caller = Thread.currentThread();
    AtomicBoolean full = new AtomicBoolean();
    ExecutorService pool = Executors.newCachedThreadPool();
    Executor executor =
        action -> {
          if (full.get() && Thread.currentThread() == caller) {
            throw new RejectedExecutionException("full");
          }
          pool.execute(action);
        };
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> ONE);
        BackgroundManager tasks =
            builder(directory).engine(engine).limits(() -> ONE).executor(executor).open();
        Permit held = limiter.acquire(BUILD, Duration.ZERO)) {
      Cancellation signal = new Cancellation();
      TaskHandle called =
          tasks.start(
              sh(directory, "echo done").limitKeys(BUILD).waitForPermit().cancelledBy(signal));
      full.set(true);
      signal.cancel(StopReason.user("no more"));
      full.set(false);
      assertEquals(TaskStatus.CANCELLED, called.info().status());
      assertTrue(held.keys().contains(BUILD));
    } finally {
      pool.shutdown();
    }
  }

  /** It stands in the line before its acceptance is told, and may be over by then. */
  @Test
  void what_runs_at_once_is_told_behind_its_acceptance() throws Exception {
    BrokenEngine slow = new BrokenEngine(engine);
    slow.after(
        "enqueue",
        () ->
            Until.soon(
                "it has ended",
                () -> !engine.tasks().list(EnumSet.of(TaskStatus.COMPLETED)).isEmpty()));
    try (BackgroundManager tasks = builder(directory).engine(slow).open()) {
      Heard heard = new Heard(tasks);
      TaskHandle task =
          tasks.start(TaskSpec.host("quick", HostWork.of(run -> "")).background().waitForPermit());
      heard.await(TaskEvent.Terminal.class, task.id());
      assertEquals(List.of("Created", "Queued", "Started", "Terminal"), heard.of(task.id()));
    }
  }

  /** Nobody else could ever run it. */
  @Test
  void closing_takes_back_what_waits() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> ONE)) {
      Permit held = limiter.acquire(BUILD, Duration.ZERO);
      TaskHandle waits;
      try (BackgroundManager tasks = open()) {
        waits = waiting(tasks);
      }
      assertEquals(TaskStatus.CANCELLED, engine.tasks().find(waits.id()).orElseThrow().status());
      held.close();
    }
  }
}
