package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.testing.ManualTimers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a task takes is given back once, whatever becomes of it; and what is full is full. */
class PermitsTest extends LeakFree {
  private static final LimitKey KEY = LimitKey.of("one");

  @TempDir Path directory;

  private Engine engine =
      Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
  private final ManualTimers timers = new ManualTimers();

  @AfterEach
  void end() {
    engine.close();
  }

  private BackgroundManager open(int limit) {
    return builder(directory)
        .engine(engine)
        .timers(timers)
        .limits(() -> Limits.none().perKey("one", limit))
        .open();
  }

  private int held() {
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, Limits::none)) {
      return limiter.held(KEY);
    }
  }

  /** S01 and O01: what waits has an identifier, is listed, and can be taken back in any order. */
  @Test
  void what_waits_is_listed_and_taken_back_once_and_the_next_starts() throws Exception {
    Scripted type = new Scripted();
    try (BackgroundManager tasks = open(1)) {
      tasks.register(type);
      Heard heard = new Heard(tasks);
      TaskId first = Scripted.enqueue(engine, Map.of(), KEY);
      Scripted.Try running = type.next();
      List<TaskId> waiting =
          IntStream.range(0, 4).mapToObj(i -> Scripted.enqueue(engine, Map.of(), KEY)).toList();
      assertEquals(
          List.of(TaskStatus.PENDING),
          tasks.active().stream().skip(1).map(TaskInfo::status).distinct().toList());

      TaskHandle last = tasks.find(waiting.get(3)).orElseThrow();
      inParallel(8, () -> last.stop(StopReason.user("no more")));
      assertTrue(tasks.find(waiting.get(0)).orElseThrow().stop("nor this"));

      assertEquals(TaskStatus.CANCELLED, last.await(SOON).status());
      running.end(Scripted.DONE);
      assertEquals(waiting.get(1), type.next().run.task());
      tasks.find(waiting.get(1)).orElseThrow().stop("");
      assertEquals(waiting.get(2), type.next().run.task());
      tasks.find(waiting.get(2)).orElseThrow().stop("");
      assertTrue(tasks.awaitAll(info -> true, SOON));
      heard.catchUp(tasks);
      assertEquals(List.of("Terminal"), heard.of(last.id()));
      assertEquals(List.of("Started", "Terminal"), heard.of(first));
      assertEquals(0, held());
    }
  }

  /** S02 and S07: however badly it begins, in whichever epoch, its permits are free afterwards. */
  @TestFactory
  Stream<DynamicTest> whatever_a_beginning_does_the_permit_is_back() {
    Map<String, HostWork> beginnings =
        Map.of(
            "throws",
            HostWork.of(
                run -> {
                  throw new IOException("broken");
                }),
            "is an error",
            HostWork.of(
                run -> {
                  throw new AssertionError("broken");
                }),
            "no stage",
            run -> null,
            "no answer",
            HostWork.of(run -> null),
            "failed stage",
            run -> CompletableFuture.failedFuture(new IOException("broken")),
            "cancelled stage",
            run -> {
              CompletableFuture<String> stage = new CompletableFuture<>();
              stage.cancel(true);
              return stage;
            },
            "never",
            run -> {
              CompletableFuture<String> stage = new CompletableFuture<>();
              run.onStop(reason -> stage.complete(""));
              return stage;
            });
    return beginnings.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(),
                    () -> {
                      try (BackgroundManager tasks = open(1)) {
                        TaskHandle task =
                            tasks.start(
                                TaskSpec.host("x", each.getValue())
                                    .limitKeys(KEY)
                                    .background()
                                    .deadline(Duration.ofMinutes(1)));
                        task.started().toCompletableFuture().get();
                        timers.advance(Duration.ofMinutes(1));
                        assertFalse(task.await(SOON).isSuccess());
                        assertEquals(0, held());
                        assertTrue(timers.pending() <= 1, "more than for the next pruning");
                      }
                    }));
  }

  /** S07: the other try of a task cannot begin. */
  @Test
  void another_try_that_cannot_begin_gives_its_permit_back() throws Exception {
    Scripted type = new Scripted();
    try (BackgroundManager tasks = open(1)) {
      tasks.register(type);
      TaskId id = Scripted.enqueue(engine, Map.of(), KEY);
      Scripted.Try first = type.next();
      type.fails = true;
      first.end(Scripted.AGAIN);
      TaskResult result = tasks.find(id).orElseThrow().await(SOON);
      assertEquals(2, result.info().epoch());
      assertEquals(FailureType.INTERNAL, result.outcome().failure().orElseThrow());
      assertEquals(0, held());
    }
  }

  /** S03: whoever learns of the end finds the permit free, without any clock. */
  @Test
  void who_is_told_the_end_finds_room() throws Exception {
    try (BackgroundManager tasks = open(1)) {
      for (int i = 0; i < 100; i++) {
        Held work = Held.obedient();
        TaskHandle task = tasks.start(work.spec().limitKeys(KEY));
        CompletableFuture<TaskHandle> next =
            task.completion()
                .thenApply(end -> tasks.start(Held.obedient().spec().limitKeys(KEY)))
                .toCompletableFuture();
        work.result.complete("");
        TaskHandle other = next.get();
        assertTrue(other.stop(""));
        other.await(SOON);
      }
    }
  }

  /** S04 and S05: a permit is given back once, whatever ends the task at the same time. */
  @Test
  void of_many_ends_at_once_one_counts() throws Exception {
    try (BackgroundManager tasks = open(2)) {
      Held other = Held.obedient();
      tasks.start(other.spec().limitKeys(KEY));
      other.run();
      Heard heard = new Heard(tasks);
      for (int i = 0; i < 30; i++) {
        Held work = Held.obedient();
        Cancellation signal = new Cancellation();
        TaskHandle task =
            tasks.start(
                work.spec().limitKeys(KEY).deadline(Duration.ofSeconds(1)).cancelledBy(signal));
        work.run();
        race(
            () -> work.result.complete("done"),
            () -> work.result.completeExceptionally(new IOException("broken")),
            () -> task.stop("enough"),
            () -> signal.cancel(StopReason.user("lost interest")),
            () -> timers.advance(Duration.ofSeconds(1)));
        task.await(SOON);
        heard.await(TaskEvent.Terminal.class, task.id());
        assertEquals(1, held());
      }
      heard.catchUp(tasks);
      for (TaskEvent event : heard.all()) {
        assertEquals(
            1, heard.of(event.task()).stream().filter("Terminal"::equals).count(), event::toString);
      }
      other.result.complete("");
    }
  }

  /** M01: what is in the foreground counts, and detaching changes nothing in the count. */
  @Test
  void the_foreground_counts_and_goes_on_counting_when_detached() {
    try (BackgroundManager tasks = open(1)) {
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec().limitKeys(KEY));
      assertThrows(LimitReachedException.class, () -> tasks.start(work.spec().limitKeys(KEY)));
      task.detach();
      assertThrows(LimitReachedException.class, () -> tasks.start(work.spec().limitKeys(KEY)));
      assertEquals(1, held());
      work.result.complete("");
      task.await(SOON);
      assertEquals(0, held());
    }
  }

  /** K11 and M05: a refusal says who is in the way, and leaves no record, no event and no file. */
  @Test
  void a_refused_start_leaves_nothing() throws Exception {
    try (BackgroundManager tasks = open(1)) {
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec().limitKeys(KEY));
      work.run();
      Heard heard = new Heard(tasks);
      LimitReachedException refused =
          assertThrows(
              LimitReachedException.class,
              () -> tasks.start(sh(directory, "true").limitKeys(KEY).background()));
      assertEquals(KEY, refused.key());
      assertEquals(1, refused.limit());
      assertTrue(refused.holders().contains(task.id()), refused::toString);
      assertEquals(0, tasks.list().size());
      assertEquals(1, tasks.foreground().size());
      try (Stream<Path> runs = Files.list(directory.resolve("runs"))) {
        assertEquals(
            List.of(task.id().value()), runs.map(it -> it.getFileName().toString()).toList());
      }
      heard.catchUp(tasks);
      assertEquals(3, heard.all().size(), () -> "told of more than the last: " + heard.all());
      work.result.complete("");
    }
  }

  /** S09: what is known already is not replaced. */
  @Test
  void a_kind_of_work_is_known_once() {
    try (BackgroundManager tasks = open(1)) {
      tasks.register(new Scripted());
      assertThrows(InvalidRequestException.class, () -> tasks.register(new Scripted()));
    }
  }

  /** M03 and P01: survivors are taken over, not begun again, and count above a lower limit too. */
  @Test
  void survivors_of_a_restart_count_and_are_not_begun_again() throws Exception {
    engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
    List<Fifo> gates = new ArrayList<>();
    List<TaskHandle> survivors = new ArrayList<>();
    try (BackgroundManager tasks = open(2)) {
      for (int i = 0; i < 2; i++) {
        gates.add(Fifo.create(directory.resolve("gate" + i)));
        Fifo up = Fifo.create(directory.resolve("up" + i));
        String script = "echo begun; echo up >up" + i + "; read x <gate" + i;
        survivors.add(tasks.start(sh(directory, script).limitKeys(KEY).background()));
        up.read(); // all of its processes are there
      }
      for (TaskHandle each : survivors) {
        each.started().toCompletableFuture().get();
      }
    }
    Map<Long, String> before = OsProcesses.marked();
    try (BackgroundManager tasks = open(1)) {
      Heard heard = new Heard(tasks);
      assertThrows(
          LimitReachedException.class, () -> tasks.start(Held.obedient().spec().limitKeys(KEY)));
      assertEquals(2, held());
      assertEquals(before, OsProcesses.marked());
      for (int i = 0; i < 2; i++) {
        gates.get(i).write("go");
        TaskEvent end = heard.await(TaskEvent.Terminal.class::isInstance);
        assertEquals(TaskStatus.COMPLETED, ((TaskEvent.Terminal) end).result().status());
        assertFalse(heard.of(end.task()).contains("Started"));
        assertEquals(1 - i, held());
      }
      TaskHandle next = tasks.start(Held.obedient().spec().limitKeys(KEY));
      assertEquals("begun\n", tasks.find(survivors.get(0).id()).orElseThrow().output(100));
      next.stop("");
    }
  }

  static void race(Runnable... calls) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (Runnable call : calls) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      all.add(done);
      Thread thread =
          new Thread(
              () -> {
                try {
                  go.await();
                  call.run();
                  done.complete(null);
                } catch (Throwable e) {
                  done.completeExceptionally(e);
                }
              });
      thread.start();
    }
    go.countDown();
    for (CompletableFuture<Void> done : all) {
      done.get();
    }
  }

  private static void inParallel(int times, Runnable call) throws Exception {
    race(Stream.generate(() -> call).limit(times).toArray(Runnable[]::new));
  }
}
