package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the tasks of a program that is gone all of a sudden. */
@Timeout(240)
class KilledManagerTest extends LeakFree {
  private static final int BACKGROUND = 20;
  private static final int FOREGROUND = 5;

  @TempDir Path directory;

  @Test
  void background_tasks_go_on_and_are_taken_over_once_and_foreground_ones_end() throws Exception {
    try (ChildProgram child = ChildManager.start("some", directory, BACKGROUND, FOREGROUND)) {
      child.await("up");
      child.kill();
      assertTakenOver(started(child.lines()), foreground(child.lines()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ctrl-c", "hang-up"})
  void neither_a_key_nor_the_end_of_the_terminal_reaches_a_background_task(String what)
      throws Exception {
    Assumptions.assumeTrue(
        Stream.of("/usr/bin/script", "/bin/script").anyMatch(it -> Files.exists(Path.of(it))),
        "util-linux script is missing: there is no pseudo-terminal to try it in");
    Signals.assumeNotIgnored();
    try (ChildProgram child = ChildManager.inTerminal("some", directory, BACKGROUND, FOREGROUND)) {
      child.await("up");
      if (what.equals("ctrl-c")) {
        child.type(3);
        child.awaitEnd();
      } else {
        child.kill();
      }
      assertTakenOver(started(child.lines()), foreground(child.lines()));
    }
  }

  private void assertTakenOver(Map<Integer, TaskId> started, List<TaskId> foreground)
      throws Exception {
    Files.createFile(directory.resolve("go"));
    assertEquals(BACKGROUND, started.size());
    assertEquals(FOREGROUND, foreground.size());
    List<TaskEvent> events = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch listening = new CountDownLatch(1);
    try (Engine files = engine()) {
      BrokenEngine engine = new BrokenEngine(files);
      engine.before("claim", () -> await(listening)); // nothing is taken over before we listen
      try (BackgroundManager tasks = Managers.builder(directory).engine(engine).open();
          EventSubscription unused = tasks.subscribe(TaskEvent.class, events::add)) {
        listening.countDown();
        for (Map.Entry<Integer, TaskId> each : started.entrySet()) {
          assertWhole(tasks, each.getKey(), each.getValue());
        }
        Until.holds("the foreground is gone", () -> tasks.foreground().isEmpty());
        for (TaskId id : foreground) {
          assertEquals(Optional.empty(), tasks.find(id));
          Path run = directory.resolve("runs").resolve(id.value());
          Until.holds("nothing is left of it", () -> !Files.exists(run));
          Until.holds("nothing of it lives", () -> OsProcesses.of(id + ".1").isEmpty());
        }
        assertEquals(BACKGROUND, tasks.list().size());
        for (TaskId id : started.values()) {
          Until.holds("the end of " + id + " is told", () -> ends(events).contains(id));
        }
      }
      for (TaskId id : started.values()) {
        List<TaskEvent> told =
            events.stream()
                .filter(event -> event.task().equals(id))
                .filter(event -> !(event instanceof TaskEvent.Output))
                .toList();
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.get(0) instanceof TaskEvent.Terminal, told::toString);
        assertEquals(1, notified(files, id), "terminal notifications of " + id);
      }
      assertNothingHappensAgain(files);
    }
  }

  private void assertWhole(BackgroundManager tasks, int number, TaskId id) throws Exception {
    TaskHandle task = tasks.find(id).orElseThrow();
    TaskResult result = task.await(SOON);
    assertEquals(
        number == 0 ? TaskStatus.COMPLETED : TaskStatus.FAILED, result.status(), result::toString);
    assertEquals(OptionalInt.of(number % 100), result.exitCode());
    String description = result.info().description();
    assertEquals("ran\nend\n", ManagerMain.truth(directory, description));
    assertEquals(ManagerMain.output(description), task.output(100_000));
    assertEquals(
        ManagerMain.output(description),
        Files.readString(directory.resolve("runs/" + id + "/1/output.log")));
  }

  private void assertNothingHappensAgain(Engine files) throws Exception {
    Map<TaskId, Long> before = revisions(files);
    List<TaskEvent> events = Collections.synchronizedList(new ArrayList<>());
    int notifications = files.notifications().list(false).size();
    CountDownLatch looked = new CountDownLatch(6);
    CountDownLatch listening = new CountDownLatch(1);
    BrokenEngine engine = new BrokenEngine(files);
    engine.before("claim", () -> await(listening));
    engine.before(
        "activity", looked::countDown); // asked in each round, also where it claims nothing
    try (BackgroundManager tasks = Managers.builder(directory).engine(engine).open();
        EventSubscription unused = tasks.subscribe(TaskEvent.class, events::add)) {
      listening.countDown();
      assertTrue(looked.await(60, TimeUnit.SECONDS), "it looks again and again");
    }
    assertEquals(before, revisions(files));
    assertEquals(notifications, files.notifications().list(false).size());
    assertEquals(List.of(), events);
  }

  /** Ten kills at any moment, while it starts and while what it started ends. */
  @Test
  void at_whatever_moment_every_task_ran_to_its_end_once_or_never() throws Exception {
    Random random = new Random(20260417);
    int ran = 0;
    int never = 0;
    for (int round = 0; round < 10; round++) {
      Path state = Files.createDirectory(directory.resolve("round-" + round));
      try (ChildProgram child = ChildManager.start("many", state)) {
        // at once after a start returned, in the middle of the first one, or anywhere later
        child.await(round % 5 == 1 ? "up" : "started");
        child.killAfter(round == 0 ? 0 : random.nextInt(round % 5 == 1 ? 150 : 1500));
        Map<Integer, TaskId> said = started(child.lines());
        try (BackgroundManager tasks = Managers.builder(state).open()) {
          Set<TaskId> known = tasks.list().stream().map(TaskInfo::id).collect(Collectors.toSet());
          assertTrue(known.containsAll(said.values()), "what was started is not forgotten");
          assertTrue(tasks.awaitAll(any -> true, SOON));
          for (TaskInfo info : tasks.list()) {
            String truth = ManagerMain.truth(state, info.description());
            TaskHandle task = tasks.find(info.id()).orElseThrow();
            if (truth.isEmpty()) {
              never++;
              assertEquals(TaskStatus.LOST, info.status(), info::toString);
              assertFalse(task.await(SOON).outcome().error().isEmpty(), "it says why");
            } else {
              ran++;
              int number = Integer.parseInt(info.description().split(" ")[0]);
              assertEquals("ran\nend\n", truth, info::toString);
              assertEquals(OptionalInt.of(number % 100), task.await(SOON).exitCode());
              assertEquals(ManagerMain.output(info.description()), task.output(100_000));
            }
          }
        }
        Until.holds("nothing lives", () -> OsProcesses.marked().isEmpty());
        try (Stream<Path> files = Files.list(state)) {
          long truths = files.filter(it -> it.toString().contains("truth-")).count();
          assertTrue(truths <= known(state), "nothing ran that nobody knows of");
        }
      }
    }
    assertTrue(ran > 10, ran + " ran, " + never + " never did");
  }

  private static int known(Path state) {
    try (Engine engine = engine(state)) {
      return engine.tasks().list(EnumSet.allOf(TaskStatus.class)).size();
    }
  }

  private Engine engine() {
    return engine(directory);
  }

  private static Engine engine(Path state) {
    return Engines.files(state, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
  }

  private static Map<TaskId, Long> revisions(Engine engine) {
    Map<TaskId, Long> all = new HashMap<>();
    for (TaskRecord record : engine.tasks().list(EnumSet.allOf(TaskStatus.class))) {
      all.put(record.id(), record.revision());
    }
    return all;
  }

  private static long notified(Engine engine, TaskId id) {
    return engine.notifications().list(false).stream()
        .map(NotificationRecord::id)
        .filter(it -> it.startsWith(id.value()))
        .filter(it -> it.contains("completed") || it.contains("error"))
        .count();
  }

  private static Set<TaskId> ends(List<TaskEvent> events) {
    synchronized (events) {
      return events.stream()
          .filter(TaskEvent.Terminal.class::isInstance)
          .map(TaskEvent::task)
          .collect(Collectors.toSet());
    }
  }

  private static Map<Integer, TaskId> started(List<String> lines) {
    return lines.stream()
        .map(line -> line.strip().split(" "))
        .filter(words -> words[0].equals("started"))
        .collect(Collectors.toMap(words -> Integer.parseInt(words[1]), w -> new TaskId(w[2])));
  }

  private static List<TaskId> foreground(List<String> lines) {
    return lines.stream()
        .map(line -> line.strip().split(" "))
        .filter(words -> words[0].equals("foreground"))
        .map(words -> new TaskId(words[1]))
        .toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
