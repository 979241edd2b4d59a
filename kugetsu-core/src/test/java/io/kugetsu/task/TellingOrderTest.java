package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engines;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.Permit;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.LeakFree;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Between what is written of a task and what is told of it somebody else may do the next thing. */
@Timeout(60)
class TellingOrderTest extends LeakFree {
  private static final LimitKey BUILD = LimitKey.of("build");
  private static final Limits ONE = Limits.none().perKey("build", 1);

  private static final Settlement LATER =
      new Settlement(TaskStatus.PENDING, Outcome.NONE, true, Duration.ofHours(1), Optional.empty());

  @TempDir Path directory;
  private BrokenEngine engine;
  private BackgroundManager tasks;
  private Heard heard;

  @BeforeEach
  void open() {
    engine =
        new BrokenEngine(
            Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives)));
    tasks =
        builder(directory)
            .engine(engine)
            .limits(() -> ONE)
            .retention(new Retention(Duration.ofDays(1), 0))
            .open();
    heard = new Heard(tasks);
  }

  @AfterEach
  void close() {
    tasks.close();
    engine.close();
  }

  /** Does something beside the caller, as far as that comes without it. */
  private static <T> FutureTask<T> beside(Callable<T> step) {
    FutureTask<T> task = new FutureTask<>(step);
    Thread thread = new Thread(task, "beside");
    thread.start();
    Until.waits(thread);
    return task;
  }

  private Runnable once(String method, Callable<?> step) {
    return () -> {
      engine.works(method);
      try {
        step.call();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    };
  }

  @Test
  void what_is_taken_back_is_told_to_have_ended_before_it_is_told_to_be_gone() throws Exception {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> ONE);
        Permit held = limiter.acquire(BUILD, Duration.ZERO)) {
      assertTrue(held.keys().contains(BUILD));
      TaskHandle task =
          tasks.start(
              TaskSpec.host("waits", HostWork.of(run -> ""))
                  .background()
                  .limitKeys(BUILD)
                  .waitForPermit());
      engine.after("cancel", once("cancel", () -> beside(() -> tasks.prune()).isDone()));
      assertTrue(task.stop("no more"));
      heard.await(TaskEvent.Pruned.class, task.id());
      assertEquals(List.of("Created", "Queued", "Terminal", "Pruned"), heard.of(task.id()));
    }
  }

  @Test
  void what_is_taken_back_before_another_try_ends_behind_its_waiting() throws Exception {
    Scripted scripted = new Scripted();
    tasks.register(scripted);
    TaskId id = Scripted.enqueue(engine, Map.of());
    TaskHandle task = tasks.find(id).orElseThrow();
    engine.after("finish", once("finish", () -> task.stop("enough")));
    scripted.next().end(LATER);
    heard.await(TaskEvent.Terminal.class, id);
    assertEquals(TaskStatus.CANCELLED, task.await(SOON).status());
    heard.catchUp(tasks);
    assertEquals(List.of("Started", "Queued", "Terminal"), heard.of(id));
  }

  @Test
  void what_is_to_be_tried_again_has_not_ended_for_who_detaches_it() throws Exception {
    Scripted scripted = new Scripted();
    tasks.register(scripted);
    TaskHandle task = tasks.find(Scripted.enqueue(engine, Map.of())).orElseThrow();
    FutureTask<FutureTask<Detachment.Kind>> detaching =
        new FutureTask<>(() -> beside(() -> task.detach().kind()));
    engine.before(
        "finish",
        once(
            "finish",
            () -> {
              detaching.run();
              return null;
            }));
    scripted.next().end(Scripted.AGAIN);
    assertEquals(
        Detachment.Kind.ALREADY, detaching.get(30, TimeUnit.SECONDS).get(30, TimeUnit.SECONDS));
    scripted.next().end(Scripted.DONE);
    assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
  }

  @Test
  void who_was_told_that_it_goes_on_is_not_contradicted_by_the_callers_signal() throws Exception {
    Cancellation signal = new Cancellation();
    Held work = Held.obedient();
    TaskHandle task = tasks.start(work.spec().cancelledBy(signal));
    work.run();
    AtomicReference<FutureTask<Detachment.Kind>> detaching = new AtomicReference<>();
    engine.before(
        "stopping",
        once(
            "stopping",
            () -> {
              detaching.set(beside(() -> task.detach().kind()));
              return null;
            }));
    signal.cancel(StopReason.user("called off"));
    assertEquals(TaskStatus.INTERRUPTED, task.await(SOON).status());
    assertNotEquals(Detachment.Kind.DETACHED, detaching.get().get(30, TimeUnit.SECONDS));
  }
}
