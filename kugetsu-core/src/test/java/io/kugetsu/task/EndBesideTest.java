package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.internal.Insides;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A task that ends at the very moment at which somebody asks about it. */
@Timeout(60)
class EndBesideTest extends LeakFree {
  @TempDir Path directory;
  private final Held work = Held.obedient();
  private BrokenEngine engine;
  private BackgroundManager tasks;

  @BeforeEach
  void open() {
    engine =
        new BrokenEngine(
            Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives)));
    tasks = builder(directory).engine(engine).open();
  }

  @AfterEach
  void close() {
    tasks.close();
    engine.close();
  }

  /** Does something when the calling thread, and no other one, has just read that a task runs. */
  private void afterTheNextLook(Runnable step) {
    Thread looking = Thread.currentThread();
    engine.after(
        "find",
        () -> {
          if (Thread.currentThread() == looking) {
            engine.works("find");
            step.run();
          }
        });
  }

  @Test
  void what_is_found_is_known_to_its_handle() throws Exception {
    TaskHandle task = tasks.start(work.spec());
    work.run();
    afterTheNextLook(
        () -> {
          work.result.complete("");
          task.await(SOON);
        });
    assertEquals(Optional.empty(), tasks.find(task.id()).map(TaskHandle::id), "too late");

    Held other = Held.obedient();
    TaskHandle front = tasks.start(other.spec());
    other.run();
    TaskHandle found = tasks.find(front.id()).orElseThrow();
    other.result.complete("");
    assertEquals(TaskStatus.COMPLETED, found.await(SOON).status());
  }

  @Test
  void what_has_ended_is_not_among_those_that_have_not() throws Exception {
    TaskHandle task = tasks.start(work.spec().background());
    work.run();
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    engine.after(
        "finish",
        () -> {
          written.countDown(); // there is an end, and nobody is told yet
          await(asked);
        });
    Thread asking = Thread.currentThread();
    AtomicInteger looks = new AtomicInteger();
    engine.after(
        "find",
        () -> {
          if (Thread.currentThread() == asking && looks.incrementAndGet() == 2) {
            work.result.complete(""); // it was seen to run when the wait began
            await(written);
          }
        });
    EndedTasks seen = tasks.awaitAny(List.of(task.id()), Duration.ZERO);
    asked.countDown();
    assertEquals(List.of(), seen.open());
    assertEquals(TaskStatus.COMPLETED, seen.ended().get(0).status());
    assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
  }

  @Test
  void what_ends_while_it_is_to_be_detached_has_ended() throws Exception {
    TaskHandle task = tasks.start(work.spec());
    work.run();
    afterTheNextLook(
        () -> {
          work.result.complete("");
          assertEquals(List.of(0, 0), awaitNothingHeld());
        });
    assertEquals(Detachment.Kind.ENDED, task.detach().kind());
  }

  @Test
  void what_is_admitted_can_be_detached_before_it_is_begun() throws Exception {
    FutureTask<Detachment.Kind> detaching =
        new FutureTask<>(
            () ->
                tasks
                    .find(tasks.foreground().get(0).id())
                    .map(task -> task.detach().kind())
                    .orElseThrow());
    Thread other = new Thread(detaching, "other");
    engine.after(
        "admit",
        () -> {
          other.start();
          Until.looks(other); // it has come as far as it can
        });
    TaskHandle task = tasks.start(work.spec());
    assertEquals(Detachment.Kind.DETACHED, detaching.get(30, TimeUnit.SECONDS));
    other.join();
    work.result.complete("");
    assertTrue(task.await(SOON).info().detached());
  }

  /** Its own end is known here, and nobody has written yet that it is tried again. */
  @Test
  void a_stop_of_what_is_to_be_tried_again_is_one() throws Exception {
    Scripted scripted = new Scripted();
    tasks.register(scripted);
    FutureTask<Boolean> stopping =
        new FutureTask<>(() -> tasks.find(tasks.active().get(0).id()).orElseThrow().stop("enough"));
    Thread other = new Thread(stopping, "other");
    engine.before(
        "finish",
        () -> {
          engine.works("finish");
          other.start();
          Until.looks(other);
        });
    TaskHandle task = tasks.find(Scripted.enqueue(engine, Map.of())).orElseThrow();
    scripted.next().end(Scripted.AGAIN);
    assertTrue(stopping.get(30, TimeUnit.SECONDS));
    TaskStatus end = task.await(SOON).status();
    assertTrue(end == TaskStatus.CANCELLED || end == TaskStatus.INTERRUPTED, end::toString);
  }

  @Test
  void what_is_pruned_before_its_end_is_told_is_told_to_be_gone_behind_it() throws Exception {
    try (BackgroundManager all =
        builder(directory.resolve("all"))
            .engine(engine)
            .retention(new Retention(Duration.ofDays(1), 0))
            .open()) {
      Heard heard = new Heard(all);
      engine.after(
          "finish",
          () -> {
            engine.works("finish");
            assertEquals(1, all.prune());
          });
      TaskHandle task = all.start(work.spec().background());
      work.run();
      work.result.complete("");
      heard.await(TaskEvent.Pruned.class, task.id());
      assertEquals(List.of("Created", "Started", "Terminal", "Pruned"), heard.of(task.id()));
    }
  }

  private List<Integer> awaitNothingHeld() {
    try {
      return Insides.awaitNothingHeld(tasks);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
