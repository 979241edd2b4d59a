package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StopReason.Origin;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.CommandSpec.Runner;
import io.kugetsu.task.internal.Insides;
import io.kugetsu.testing.ManualClock;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A task ends once, for a reason, and nothing of it goes on. */
class EndsTest extends LeakFree {
  @TempDir Path directory;

  private final ManualTimers timers = new ManualTimers();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
  private Engine engine =
      Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));

  @AfterEach
  void end() {
    engine.close();
  }

  private BackgroundManager open() {
    return builder(directory).engine(engine).timers(timers).clock(clock).open();
  }

  /** S12, K08: what has ended stays as it ended, whatever is asked for afterwards. */
  @Test
  void an_end_is_final() throws Exception {
    try (BackgroundManager tasks = open()) {
      Cancellation signal = new Cancellation();
      Held work = Held.obedient();
      TaskHandle task =
          tasks.start(work.spec().background().deadline(Duration.ofSeconds(1)).cancelledBy(signal));
      work.run();
      work.result.complete("the answer");
      TaskResult end = task.await(SOON);

      assertFalse(task.stop("too late"));
      signal.cancel(StopReason.user("too late"));
      timers.advance(Duration.ofDays(1));
      assertEquals(Detachment.Kind.ENDED, task.detach().kind());
      assertEquals(0, tasks.prune());

      assertEquals(TaskStatus.COMPLETED, end.status());
      assertEquals(end, task.await(Duration.ZERO));
      assertEquals(List.of(end.info()), tasks.list());
      assertFalse(work.stop.isDone());
    }
  }

  /** K08: a stop that finds the process gone does not make a failure a stop. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void an_exit_that_was_seen_first_counts(Runner runner) {
    try (BackgroundManager tasks = open()) {
      TaskHandle task = tasks.start(sh(directory, "exit 7").runner(runner).background());
      task.await(SOON);
      assertFalse(task.stop("late"));
      assertEquals(TaskStatus.FAILED, task.info().status());
      assertEquals(7, task.await().exitCode().orElseThrow());
    }
  }

  /** K03: the work sees the very reason that was given, and the record says the same. */
  @Test
  void the_reason_reaches_the_work_as_it_was_given() throws Exception {
    try (BackgroundManager tasks = open()) {
      Cancellation signal = new Cancellation();
      Held called = Held.obedient();
      TaskHandle first = tasks.start(called.spec().cancelledBy(signal));
      StopReason reason = new StopReason(Origin.MODEL, "changed its mind");
      called.run();
      signal.cancel(reason);
      assertSame(reason, called.stop.get());
      assertEquals(reason, first.await(SOON).info().stop().orElseThrow());

      Held stopped = Held.obedient();
      TaskHandle second = tasks.start(stopped.spec());
      stopped.run();
      StopReason other = new StopReason(Origin.PARENT, "the parent went");
      second.stop(other);
      assertSame(other, stopped.stop.get());
    }
  }

  /** The first of several stops decides: how it ends agrees with the reason that is kept. */
  @Test
  void of_several_stops_one_decides_everything() throws Exception {
    try (BackgroundManager tasks = open()) {
      for (int i = 0; i < 60; i++) {
        Held work = Held.stubborn();
        TaskHandle task = tasks.start(work.spec().background());
        work.run();
        PermitsTest.race(
            () -> task.stop(new StopReason(Origin.USER, "a")),
            () -> task.stop(new StopReason(Origin.BUDGET, "b")),
            () -> task.stop(new StopReason(Origin.DEADLINE, "c")));
        work.result.complete("");
        TaskResult end = task.await(SOON);
        TaskStatus expected =
            switch (end.info().stop().orElseThrow().origin()) {
              case USER -> TaskStatus.INTERRUPTED;
              case BUDGET -> TaskStatus.FAILED;
              default -> TaskStatus.TIMED_OUT;
            };
        assertEquals(expected, end.status());
        assertEquals(end.info().stop().orElseThrow().text(), end.outcome().error());
      }
    }
  }

  /** Somebody else's stop that is in the store counts, not a later one of this instance. */
  @Test
  void a_stop_that_another_instance_stated_first_decides() throws Exception {
    try (BackgroundManager tasks = open()) {
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec());
      work.run();
      StopReason first = new StopReason(Origin.USER, "from elsewhere");
      engine.tasks().stopping(task.id(), 1, first);
      task.stop(new StopReason(Origin.DEADLINE, "later"));
      assertEquals(first, work.stop.get());
      TaskResult end = task.await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, end.status());
      assertEquals(first, end.info().stop().orElseThrow());
    }
  }

  /** S14, S30: no clock ends anything; only a deadline does, and it counts what really passes. */
  @Test
  void a_clock_that_is_set_ends_and_revives_nothing() throws Exception {
    try (BackgroundManager tasks = open()) {
      Held free = Held.obedient();
      TaskHandle task = tasks.start(free.spec().background());
      Held bound = Held.obedient();
      TaskHandle other = tasks.start(bound.spec().background().deadline(Duration.ofHours(1)));
      free.run();
      bound.run();
      for (int days : new int[] {1, -2, 400}) {
        clock.advance(Duration.ofDays(days));
        tasks.prune();
        assertEquals(2, tasks.active().size());
      }
      timers.advance(Duration.ofHours(1));
      assertEquals(TaskStatus.TIMED_OUT, other.await(SOON).status());
      clock.advance(Duration.ofDays(-300));
      timers.advance(Duration.ofDays(400));
      assertTrue(task.await(Duration.ZERO).isRunning());
      assertEquals(TaskStatus.TIMED_OUT, other.info().status());
      free.result.complete("");
      task.await(SOON);
    }
  }

  /** S08, S22, S24, K12: another try is a run of its own that was told the same. */
  @Test
  void nothing_of_one_try_touches_the_next() throws Exception {
    Scripted type = new Scripted();
    try (BackgroundManager tasks = open()) {
      tasks.register(type);
      Heard heard = new Heard(tasks);
      Map<String, String> input =
          Map.of("what", "this", "deadline", "PT10S", "description", "a try");
      TaskId id = Scripted.enqueue(engine, input);
      Scripted.Try first = type.next();
      heard.await(TaskEvent.Started.class, id);
      first.run.progress(Map.of("left", "by the first"));
      timers.advance(Duration.ofSeconds(9));
      first.end(Scripted.AGAIN);

      Scripted.Try second = type.next();
      heard.await(TaskEvent.Started.class, id);
      assertEquals(input, second.run.input());
      assertFalse(second.run.progress().containsKey("left"));
      assertEquals(1, second.run.attempts());
      assertNotEquals(first.run.directory(), second.run.directory());
      assertFalse(first.run.progress(Map.of("late", "result")), "an epoch that is over");
      timers.advance(Duration.ofSeconds(9));
      assertEquals(TaskStatus.RUNNING, tasks.find(id).orElseThrow().info().status());
      timers.advance(Duration.ofSeconds(1));
      assertEquals(TaskStatus.INTERRUPTED, tasks.find(id).orElseThrow().await(SOON).status());
      heard.await(TaskEvent.Terminal.class, id);

      assertEquals(List.of("Started", "Queued", "Started", "Stopping", "Terminal"), heard.of(id));
      assertEquals(
          List.of(1L, 1L, 2L, 2L, 2L),
          heard.all().stream().filter(it -> it.task().equals(id)).map(TaskEvent::epoch).toList());
    }
  }

  /** The events of tries that follow each other at once are told in order. */
  @Test
  void a_try_begins_after_the_end_of_the_last_was_told() throws Exception {
    Scripted type = new Scripted();
    try (BackgroundManager tasks = open()) {
      tasks.register(type);
      Heard heard = new Heard(tasks);
      TaskId id = Scripted.enqueue(engine, Map.of());
      for (int i = 0; i < 40; i++) {
        type.next().end(Scripted.AGAIN);
      }
      type.next().end(Scripted.DONE);
      heard.await(TaskEvent.Terminal.class, id);
      List<String> told = heard.of(id);
      for (int i = 0; i < 40; i++) {
        assertEquals(List.of("Started", "Queued"), told.subList(2 * i, 2 * i + 2));
      }
      assertEquals(List.of("Started", "Terminal"), told.subList(80, told.size()));
    }
  }

  /** O05: what comes after the end is dropped. */
  @Test
  void late_words_of_work_that_ended_are_dropped() throws Exception {
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec().background());
      HostRun run = work.run();
      run.print("in time");
      work.result.complete("");
      task.await(SOON);
      run.print("late");
      run.progress("late");
      heard.catchUp(tasks);
      assertEquals("in time\n", task.output(100));
      assertFalse(heard.of(task.id()).contains("Progress"));
    }
  }

  /** S15: on every way to an end the work is stopped, everybody is told, and nothing is left. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void every_way_to_an_end_ends_everything(Way way) throws Exception {
    for (Runner runner : Runner.values()) {
      for (boolean behind : new boolean[] {true, false}) {
        BackgroundManager tasks = open();
        Heard heard = new Heard(tasks);
        Cancellation signal = new Cancellation();
        CommandSpec spec =
            sh(directory, way == Way.EXIT ? "exit 1" : "sleep 600 & sleep 600; wait")
                .runner(runner)
                .deadline(Duration.ofHours(1))
                .cancelledBy(signal);
        TaskHandle task = tasks.start(behind ? spec.background() : spec);
        task.started().toCompletableFuture().get();
        switch (way) {
          case EXIT -> {}
          case STOP -> task.stop("enough");
          case DEADLINE -> timers.advance(Duration.ofHours(1));
          case CANCELLED -> {
            signal.cancel(StopReason.user("gone"));
            if (behind) {
              assertTrue(task.await(Duration.ZERO).isRunning());
              task.stop("enough");
            }
          }
        }
        TaskResult end = task.await(SOON);
        assertEquals(way.status, end.status(), () -> runner + " " + end);
        heard.await(TaskEvent.Terminal.class, task.id());
        assertEquals(Map.of(), OsProcesses.marked());
        assertEquals(List.of(0, 0), Insides.awaitNothingHeld(tasks));
        tasks.close();
        assertEquals(0, timers.pending());
      }
    }
  }

  enum Way {
    EXIT(TaskStatus.FAILED),
    STOP(TaskStatus.INTERRUPTED),
    DEADLINE(TaskStatus.TIMED_OUT),
    CANCELLED(TaskStatus.INTERRUPTED);

    private final TaskStatus status;

    Way(TaskStatus status) {
      this.status = status;
    }
  }

  /** K01: of a fast task no timer is left. */
  @Test
  void a_fast_task_leaves_no_timer() {
    try (BackgroundManager tasks = open()) {
      for (Runner runner : Runner.values()) {
        CommandSpec spec =
            sh(directory, "true")
                .runner(runner)
                .deadline(Duration.ofMinutes(1))
                .deadlineOnceDetached(Duration.ofMinutes(10))
                .stalledAfter(Duration.ofSeconds(30));
        tasks.start(spec).await(SOON);
        tasks.start(spec.background()).await(SOON);
      }
      assertEquals(1, timers.pending(), "but for the next pruning");
    }
    assertEquals(0, timers.pending());
  }

  /** M04: the caller's signal holds nothing of a task that ended or went into the background. */
  @Test
  void a_signal_forgets_what_it_means_nothing_to() throws Exception {
    try (BackgroundManager tasks = open()) {
      Cancellation signal = new Cancellation();
      Held ended = Held.obedient();
      Held detached = Held.obedient();
      TaskHandle first = tasks.start(ended.spec().cancelledBy(signal));
      TaskHandle second = tasks.start(detached.spec().cancelledBy(signal));
      assertEquals(2, signal.listeners());
      second.detach();
      assertEquals(1, signal.listeners());
      ended.result.complete("");
      first.await(SOON);
      assertEquals(0, signal.listeners());
      detached.result.complete("");
      second.await(SOON);
    }
  }

  /** M04: who is told of an end finds it written. */
  @Test
  void an_end_is_written_before_anybody_is_told() throws Exception {
    try (BackgroundManager tasks = open()) {
      CompletableFuture<Boolean> found = new CompletableFuture<>();
      tasks.subscribe(
          TaskEvent.Terminal.class,
          event ->
              found.complete(
                  engine.tasks().find(event.task()).orElseThrow().status().isTerminal()));
      tasks.start(TaskSpec.host("quick", HostWork.of(run -> "")).background());
      assertTrue(found.get());
    }
  }

  /**
   * S35, S36, S37: a closing ends all that it has to, within bounds, once; then there is nothing.
   */
  @Test
  void closing_leaves_nothing_and_refuses_everything() throws Exception {
    engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
    BackgroundManager tasks = open();
    Held front = Held.obedient();
    Held behind = Held.obedient();
    Duration hour = Duration.ofHours(1);
    TaskHandle first = tasks.start(front.spec().deadline(hour).stalledAfter(hour));
    TaskHandle second = tasks.start(behind.spec().background().deadline(hour));
    TaskHandle third =
        tasks.start(sh(directory, "sleep 600").background().deadline(hour).stalledAfter(hour));
    HostRun run = front.run();
    behind.run();
    third.started().toCompletableFuture().get();
    Heard heard = new Heard(tasks);
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> tasks.awaitAll(info -> true, SOON));

    PermitsTest.race(tasks::close, tasks::close, () -> {});
    tasks.close();

    assertEquals(0, timers.pending());
    assertEquals(Origin.SHUTDOWN, front.stop.get().origin());
    assertEquals(Origin.SHUTDOWN, behind.stop.get().origin());
    assertEquals(ClosedException.class, cause(waiting));
    assertEquals(TaskStatus.INTERRUPTED, engine.tasks().find(second.id()).orElseThrow().status());
    assertTrue(engine.tasks().find(first.id()).isEmpty());
    assertEquals(TaskStatus.RUNNING, engine.tasks().find(third.id()).orElseThrow().status());
    int told = heard.all().size();
    run.progress("after the end");
    run.print("after the end");
    assertThrows(ClosedException.class, () -> tasks.start(front.spec()));
    assertThrows(ClosedException.class, () -> tasks.find(first.id()));
    assertThrows(ClosedException.class, tasks::active);
    assertThrows(ClosedException.class, tasks::foreground);
    assertThrows(ClosedException.class, tasks::list);
    assertThrows(ClosedException.class, tasks::prune);
    assertThrows(ClosedException.class, () -> tasks.awaitAny(List.of(), SOON));
    assertThrows(ClosedException.class, () -> tasks.awaitAll(info -> true, SOON));
    assertThrows(ClosedException.class, () -> tasks.subscribe(TaskEvent.class, event -> {}));
    assertThrows(ClosedException.class, () -> tasks.register(new Scripted()));
    assertThrows(ClosedException.class, () -> tasks.capabilities(Runner.PIPES));
    assertThrows(ClosedException.class, second::info);
    assertThrows(ClosedException.class, () -> second.stop(""));
    assertThrows(ClosedException.class, second::detach);
    assertThrows(ClosedException.class, () -> second.output(100));
    assertThrows(ClosedException.class, () -> third.await(SOON));
    assertEquals(told, heard.all().size());
    try (BackgroundManager next = open()) {
      assertTrue(next.find(third.id()).orElseThrow().stop("enough"));
      assertEquals(
          TaskStatus.INTERRUPTED, next.find(third.id()).orElseThrow().await(SOON).status());
    }
  }

  /** S36: a start that overlaps the closing is refused, or what it started is ended. */
  @Test
  void a_start_that_overlaps_a_closing_leaves_nothing_running() throws Exception {
    for (int i = 0; i < 20; i++) {
      BackgroundManager tasks = open();
      Runnable start =
          () -> {
            try {
              while (true) {
                tasks.start(Held.obedient().spec().background());
              }
            } catch (ClosedException e) {
              // from then on
            }
          };
      PermitsTest.race(start, start, tasks::close);
      assertEquals(
          List.of(),
          engine.tasks().list(java.util.EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING)));
    }
  }

  /** S31: the next pruning is set only when the last is over. */
  @Test
  void prunings_do_not_overlap() throws Exception {
    CompletableFuture<Void> asked = new CompletableFuture<>();
    CompletableFuture<Void> go = new CompletableFuture<>();
    Clock slow =
        new Clock() {
          @Override
          public Instant instant() {
            if (Thread.currentThread().getName().startsWith("kugetsu-work")) {
              asked.complete(null);
              go.join();
            }
            return clock.instant();
          }

          @Override
          public java.time.ZoneId getZone() {
            return clock.getZone();
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }
        };
    try (BackgroundManager tasks =
        builder(directory).engine(engine).timers(timers).clock(slow).open()) {
      timers.advance(Duration.ofSeconds(1));
      asked.get();
      assertEquals(0, timers.pending(), "none while one is under way");
      timers.advance(Duration.ofDays(2));
      go.complete(null);
    }
  }

  private static Class<?> cause(CompletableFuture<?> stage) throws InterruptedException {
    try {
      stage.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause().getClass();
    }
  }
}
