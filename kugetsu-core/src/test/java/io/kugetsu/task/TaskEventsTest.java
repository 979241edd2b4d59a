package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.process.OutputPage;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.CommandSpec.Runner;
import io.kugetsu.task.TaskSpec.OnDeadline;
import io.kugetsu.testing.ManualClock;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is told of real runs, in which order, and what it is worth as JSON. */
class TaskEventsTest extends LeakFree {
  @TempDir Path directory;

  private final ManualTimers timers = new ManualTimers();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));

  private BackgroundManager open() {
    return builder(directory).timers(timers).clock(clock).open();
  }

  /** K07, K12: in the promised order, and each survives being written and read. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void a_run_is_told_in_order_and_survives_as_json(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      TaskHandle task =
          tasks.start(
              sh(directory, "echo out; read x <gate; echo last; exit 3")
                  .runner(runner)
                  .deadline(Duration.ofMinutes(1))
                  .onDeadline(OnDeadline.DETACH));
      TaskId id = task.id();
      heard.await(TaskEvent.Output.class, id);
      timers.advance(Duration.ofMinutes(1));
      TaskEvent.Detached detached = heard.await(TaskEvent.Detached.class, id);
      assertTrue(detached.byDeadline() && detached.detached());
      assertEquals(Release.Kind.DEADLINE_DETACHED, task.awaitRelease(SOON).kind());
      gate.write("go");
      TaskEvent.Terminal terminal = heard.await(TaskEvent.Terminal.class, id);
      clock.advance(Duration.ofDays(8));
      tasks.prune(); // or the one that is done by itself, where that is late
      heard.await(TaskEvent.Pruned.class, id);

      assertEquals(
          List.of("Created", "Started", "Output", "Detached", "Output", "Terminal", "Pruned"),
          heard.of(id));
      assertEquals("out\nlast\n", text(heard, id));
      for (TaskEvent event : heard.all()) {
        assertEquals(event, TaskJson.readEvent(TaskJson.write(event)));
      }
      TaskInfo info = terminal.result().info();
      assertEquals(info, TaskJson.readInfo(TaskJson.write(info)));
      assertEquals(terminal.result(), TaskJson.readResult(TaskJson.write(terminal.result())));
      assertEquals(terminal.result(), task.await(SOON));
    }
  }

  /** Each byte once, in order, the last of them before the end. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void what_a_run_writes_is_told_once_and_before_its_end(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      List<OutputPage> pages = new CopyOnWriteArrayList<>();
      TaskHandle task =
          tasks.start(
              sh(directory, "seq 1 20000; read x <gate; seq 20001 30000")
                  .runner(runner)
                  .background());
      OutputFollowing following = task.follow(0, pages::add);
      heard.await(TaskEvent.Output.class, task.id());
      gate.write("go");
      heard.await(TaskEvent.Terminal.class, task.id());
      following.done().toCompletableFuture().get(30, TimeUnit.SECONDS);

      StringBuilder expected = new StringBuilder();
      for (int i = 1; i <= 30000; i++) {
        expected.append(i).append('\n');
      }
      assertEquals(expected.toString(), text(heard, task.id()));
      StringBuilder followed = new StringBuilder();
      long position = 0;
      for (OutputPage page : pages) {
        assertEquals(position, page.from());
        position = page.to();
        followed.append(page.text());
      }
      assertEquals(expected.toString(), followed.toString());
      assertEquals(expected.length(), task.output().size());
    }
  }

  /** S18: silence is measured by what is seen, told once for each, and ends nothing. */
  @Test
  void a_silence_is_told_once_and_not_while_there_are_signs_of_life() throws Exception {
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec().background().stalledAfter(Duration.ofSeconds(40)));
      HostRun run = work.run();
      // its watch is set up once the work has begun
      tasks.subscribe(TaskEvent.Stalled.class, event -> {});
      while (timers.pending() < 2) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 5; i++) {
        run.print("line " + i);
        timers.advance(Duration.ofSeconds(30));
      }
      for (int i = 0; i < 5; i++) {
        run.progress("step " + i);
        timers.advance(Duration.ofSeconds(30));
      }
      heard.catchUp(tasks);
      assertEquals(0, stalled(heard, task));
      timers.advance(Duration.ofMinutes(30));
      heard.catchUp(tasks);
      assertEquals(1, stalled(heard, task));
      run.print("alive");
      timers.advance(Duration.ofMinutes(30));
      heard.catchUp(tasks);
      assertEquals(2, stalled(heard, task));
      assertTrue(task.await(Duration.ZERO).isRunning());
      work.result.complete("");
      task.await(SOON);
      timers.advance(Duration.ofMinutes(30));
      Until.holds("nothing but the next pruning is set", () -> timers.pending() == 1);
    }
  }

  @Test
  void progress_is_told_while_it_runs() throws Exception {
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec());
      work.run().progress("half of it");
      assertEquals("half of it", heard.await(TaskEvent.Progress.class, task.id()).text());
      work.result.complete("");
      heard.await(TaskEvent.Terminal.class, task.id());
      assertEquals(List.of("Created", "Started", "Progress", "Terminal"), heard.of(task.id()));
    }
  }

  /** A listener that throws or never comes back harms neither tasks nor other listeners. */
  @Test
  void a_bad_listener_harms_nobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    List<String> told = new ArrayList<>();
    try (BackgroundManager tasks = open()) {
      EventSubscription throwing =
          tasks.subscribe(
              TaskEvent.class,
              event -> {
                throw new IllegalStateException("bad");
              });
      tasks.subscribe(
          TaskEvent.class,
          event -> {
            try {
              assertTrue(never.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      Heard heard = new Heard(tasks);
      for (int i = 0; i < 5; i++) {
        TaskHandle task = tasks.start(TaskSpec.host("quick", HostWork.of(run -> "")));
        assertTrue(task.await(SOON).isSuccess());
        heard.await(TaskEvent.Terminal.class, task.id());
        told.addAll(heard.of(task.id()));
      }
      assertEquals(15, told.size());
      assertTrue(throwing.failures() > 0);
      never.countDown();
    }
  }

  private static long stalled(Heard heard, TaskHandle task) {
    return heard.of(task.id()).stream().filter("Stalled"::equals).count();
  }

  private static String text(Heard heard, TaskId id) {
    StringBuilder text = new StringBuilder();
    long position = 0;
    for (TaskEvent event : heard.all()) {
      if (event instanceof TaskEvent.Output output && event.task().equals(id)) {
        assertEquals(position, output.chunk().from());
        position = output.chunk().to();
        text.append(output.chunk().text());
      }
    }
    return text.toString();
  }
}
