package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualClock;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full disk, or no thread, delays what is to be done, and loses none of it. */
@Timeout(60)
class ScarcityTest extends LeakFree {
  @TempDir Path directory;

  @Test
  void a_detaching_that_could_not_be_written_is_made_up_for() throws Exception {
    BrokenEngine engine =
        new BrokenEngine(
            Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives)));
    try (engine;
        BackgroundManager tasks = builder(directory).engine(engine).open()) {
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec());
      work.run();
      engine.breaks("detach");
      assertThrows(StorageException.class, task::detach);
      engine.works("detach");
      task.detach();
      assertTrue(task.info().detached());
      assertEquals(Release.Kind.DETACHED, task.awaitRelease(SOON).kind());
      work.result.complete("");
      task.await(SOON);
    }
  }

  @Test
  void so_is_one_when_the_time_was_over() throws Exception {
    BrokenEngine engine =
        new BrokenEngine(
            Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives)));
    try (engine;
        BackgroundManager tasks = builder(directory).engine(engine).open()) {
      Held work = Held.obedient();
      AtomicInteger calls = new AtomicInteger();
      engine.before(
          "detach",
          () -> {
            if (calls.getAndIncrement() == 0) {
              throw new StorageException(directory, "no space", null);
            }
          });
      TaskHandle task =
          tasks.start(
              work.spec().deadline(Duration.ofMillis(100)).onDeadline(TaskSpec.OnDeadline.DETACH));
      work.run();
      assertEquals(Release.Kind.DEADLINE_DETACHED, task.awaitRelease(SOON).kind());
      work.result.complete("");
      task.await(SOON);
    }
  }

  @Test
  void without_a_thread_a_start_goes_on_all_the_same() throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    AtomicInteger fails = new AtomicInteger();
    Executor executor =
        action -> {
          if (fails.getAndSet(0) == 1) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          pool.execute(action);
        };
    try (BackgroundManager tasks =
        builder(directory)
            .executor(executor)
            .limits(() -> Limits.of(3).perKey("build", 1))
            .open()) {
      fails.set(1);
      TaskHandle task = tasks.start(sh(directory, "exit 3").limitKeys(LimitKey.of("build")));
      assertEquals(OptionalInt.of(3), task.await(SOON).exitCode());
      TaskHandle next = tasks.start(sh(directory, "exit 0").limitKeys(LimitKey.of("build")));
      assertEquals(TaskStatus.COMPLETED, next.await(SOON).status());
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void retention_goes_on_when_there_was_no_thread_for_it_once() throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    ManualTimers timers = new ManualTimers();
    AtomicInteger fails = new AtomicInteger(1);
    Executor executor =
        action -> {
          if (fails.getAndSet(0) == 1) {
            throw new RejectedExecutionException("full");
          }
          pool.execute(action);
        };
    ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
    try (BackgroundManager tasks =
        builder(directory).executor(executor).timers(timers).clock(clock).open()) {
      timers.advance(Duration.ofSeconds(1));
      assertEquals(1, timers.pending());
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void somebody_elses_task_is_stopped_by_its_own_when_there_is_no_thread_here() {
    Executor none =
        action -> {
          throw new RejectedExecutionException("full");
        };
    try (BackgroundManager mine = builder(directory).open();
        BackgroundManager other = builder(directory).executor(none).open()) {
      TaskHandle task = mine.start(sh(directory, "sleep 600").background());
      task.started().toCompletableFuture().join();
      assertTrue(other.find(task.id()).orElseThrow().stop("enough"));
      assertEquals(TaskStatus.INTERRUPTED, task.await(SOON).status());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void following_goes_on_when_there_was_no_thread_for_it_once(boolean says) throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    AtomicInteger fails = new AtomicInteger(1);
    Executor executor =
        action -> {
          if (Thread.currentThread().getName().equals("kugetsu-follow")
              && fails.getAndSet(0) == 1) {
            if (says) {
              throw new RejectedExecutionException("full");
            }
            throw new OutOfMemoryError("unable to create native thread");
          }
          pool.execute(action);
        };
    try (BackgroundManager tasks = builder(directory).executor(executor).open()) {
      TaskHandle task = tasks.start(sh(directory, "echo hello").background());
      StringBuffer all = new StringBuffer();
      task.follow(0, page -> all.append(page.text()))
          .done()
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      assertEquals("hello\n", all.toString());
      assertEquals(0, fails.get());
    } finally {
      pool.shutdown();
    }
  }
}
