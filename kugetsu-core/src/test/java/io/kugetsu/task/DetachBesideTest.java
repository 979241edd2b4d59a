package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a task at the very moment at which it goes into the background. */
@Timeout(60)
class DetachBesideTest extends LeakFree {
  @TempDir Path directory;

  private static Engine memory() {
    return Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
  }

  @Test
  void an_end_right_after_it_is_told_behind_it() throws Exception {
    Held work = Held.obedient();
    try (Engine shared = memory()) {
      BrokenEngine engine = new BrokenEngine(shared);
      try (BackgroundManager tasks = builder(directory).engine(engine).open()) {
        Heard heard = new Heard(tasks);
        TaskHandle task = tasks.start(work.spec());
        work.run();
        AtomicReference<Thread> ending = new AtomicReference<>();
        Thread detaching = Thread.currentThread();
        engine.before(
            "find",
            () -> {
              if (Thread.currentThread().getName().startsWith("kugetsu-work")) {
                ending.compareAndSet(null, Thread.currentThread());
              }
            });
        engine.before(
            "update",
            () -> {
              if (Thread.currentThread() == detaching) { // nothing of it is written yet
                work.result.complete("");
                Until.soon("its end is looked at", () -> ending.get() != null);
                Until.waits(ending.get());
              }
            });
        assertEquals(Detachment.Kind.DETACHED, task.detach().kind());
        assertTrue(task.await(SOON).info().detached());
        assertEquals(Release.Kind.DETACHED, task.awaitRelease(SOON).kind());
        heard.await(TaskEvent.Terminal.class, task.id());
        assertEquals(List.of("Created", "Started", "Detached", "Terminal"), heard.of(task.id()));
      }
    }
  }

  @Test
  void what_was_asked_of_the_foreground_means_nothing_to_it() throws Exception {
    AtomicBoolean holds = new AtomicBoolean();
    Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    ExecutorService pool = Executors.newCachedThreadPool();
    Executor executor =
        action -> {
          if (holds.get()) {
            held.add(action);
          } else {
            pool.execute(action);
          }
        };
    ManualTimers timers = new ManualTimers();
    Cancellation signal = new Cancellation();
    Held overdue = Held.obedient();
    Held calledOff = Held.obedient();
    try (BackgroundManager tasks = builder(directory).timers(timers).executor(executor).open()) {
      TaskHandle first = tasks.start(overdue.spec().deadline(Duration.ofSeconds(10)));
      TaskHandle second = tasks.start(calledOff.spec().cancelledBy(signal));
      overdue.run();
      calledOff.run();
      holds.set(true);
      timers.advance(Duration.ofSeconds(10));
      signal.cancel(StopReason.user("no"));
      assertEquals(Detachment.Kind.DETACHED, first.detach().kind());
      assertEquals(Detachment.Kind.DETACHED, second.detach().kind());
      holds.set(false);
      held.forEach(Runnable::run);
      assertEquals(TaskStatus.RUNNING, first.info().status());
      assertEquals(TaskStatus.RUNNING, second.info().status());
      overdue.result.complete("");
      calledOff.result.complete("");
      assertEquals(TaskStatus.COMPLETED, first.await(SOON).status());
      assertEquals(TaskStatus.COMPLETED, second.await(SOON).status());
    } finally {
      pool.shutdown();
    }
  }

  /** Its files go with it, and its record too. */
  @Test
  void what_has_ended_elsewhere_by_then_has_ended() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (Engine engine = memory()) {
      BrokenEngine others = new BrokenEngine(engine);
      try (BackgroundManager mine = builder(directory).engine(engine).open();
          BackgroundManager other = builder(directory).engine(others).open()) {
        TaskHandle task = mine.start(sh(directory, "read x <gate"));
        task.started().toCompletableFuture().join();
        TaskHandle there = other.find(task.id()).orElseThrow();
        Thread detaching = Thread.currentThread();
        others.after(
            "find",
            () -> {
              if (Thread.currentThread() == detaching) {
                others.works("find");
                end(gate, task);
              }
            });
        assertEquals(Detachment.Kind.ENDED, there.detach().kind());
      }
    }
  }

  private static void end(Fifo gate, TaskHandle task) {
    try {
      gate.write("go");
      task.await(SOON);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void what_is_about_to_be_launched_elsewhere_is_waited_for() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (Engine shared = memory()) {
      BrokenEngine engine = new BrokenEngine(shared);
      try (BackgroundManager mine = builder(directory).engine(engine).open();
          BackgroundManager other = builder(directory).engine(shared).open()) {
        FutureTask<Detachment.Kind> detaching =
            new FutureTask<>(
                () ->
                    other
                        .find(other.foreground().get(0).id())
                        .map(task -> task.detach().kind())
                        .orElseThrow());
        Thread thread = new Thread(detaching, "other");
        AtomicBoolean first = new AtomicBoolean(true);
        engine.after(
            "update",
            () -> {
              if (first.getAndSet(false)) { // its launch is noted, and there is nothing of it yet
                thread.start();
                Until.looks(thread);
              }
            });
        TaskHandle task = mine.start(sh(directory, "read x <gate").limitKeys(LimitKey.of("build")));
        assertEquals(Detachment.Kind.DETACHED, detaching.get(30, TimeUnit.SECONDS));
        end(gate, task);
        assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
      }
    }
  }
}
