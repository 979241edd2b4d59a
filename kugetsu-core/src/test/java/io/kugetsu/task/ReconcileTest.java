package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a manager makes of what it finds in its directory. */
@Timeout(120)
class ReconcileTest extends LeakFree {
  @TempDir Path directory;

  @Test
  void what_a_living_program_runs_is_left_alone() throws Exception {
    try (ChildProgram child = ChildManager.start("some", directory, 2, 1)) {
      child.await("up");
      Map<Path, String> before = records();
      List<TaskEvent> events = Collections.synchronizedList(new ArrayList<>());
      try (BackgroundManager tasks = builder(directory).open();
          EventSubscription unused = tasks.subscribe(TaskEvent.class, events::add)) {
        assertFalse(
            tasks.awaitAll(any -> true, Duration.ofSeconds(2)), "several rounds of looking");
        assertEquals(2, tasks.active().size());
        assertEquals(1, tasks.foreground().size());
        assertTrue(OsProcesses.marked().values().stream().distinct().count() == 3);
      }
      assertEquals(before, records());
      assertEquals(List.of(), events);
      Files.createFile(directory.resolve("go"));
      child.kill();
    }
    settle();
  }

  @Test
  void work_of_a_dead_program_is_lost_with_a_reason_and_told_once() throws Exception {
    try (ChildProgram child = ChildManager.start("host", directory)) {
      TaskId id = new TaskId(child.await("started"));
      child.kill();
      List<TaskEvent> events = settle();
      assertLost(id, "the program that did it is gone");
      assertEquals(List.of(id), events.stream().map(TaskEvent::task).toList());
    }
  }

  @Test
  void a_command_that_was_killed_with_its_supervisor_is_lost() throws Exception {
    TaskId id;
    try (ChildProgram child = ChildManager.start("some", directory, 1, 0)) {
      id = new TaskId(child.await("started 0"));
      Until.holds("it runs", () -> !ManagerMain.truth(directory, "0 200").isEmpty());
      child.kill();
    }
    while (!OsProcesses.of(id + ".1").isEmpty()) {
      OsProcesses.of(id + ".1").forEach(ReconcileTest::kill);
    }

    List<TaskEvent> events = settle();

    assertLost(id, "nobody saw how it ended");
    assertEquals(1, events.size());
  }

  /** Eight of them, each damaged in another way; one that is whole among them. */
  @Test
  void garbage_in_one_run_harms_no_other_and_nothing_is_left() throws Exception {
    Map<Integer, TaskId> ids = new HashMap<>();
    try (ChildProgram child = ChildManager.start("some", directory, 8, 0)) {
      for (int i = 0; i < 8; i++) {
        ids.put(i, new TaskId(child.await("started " + i)));
      }
      for (int i = 0; i < 8; i++) {
        String description = i + " 200";
        Until.holds("it runs", () -> !ManagerMain.truth(directory, description).isEmpty());
      }
      child.kill();
    }
    write(run(ids.get(0)).resolve("spec.json"), "no json");
    write(run(ids.get(1)).resolve("status"), "garbage\n");
    deleteAll(run(ids.get(2)));
    Files.delete(run(ids.get(3)).resolve("status"));
    Files.writeString(
        run(ids.get(4)).resolve("status"), "exit not-a-number\n", StandardOpenOption.APPEND);
    write(run(ids.get(5)).resolve("spec.json"), "{}");
    Files.delete(run(ids.get(6)).resolve("spec.json"));

    List<TaskEvent> events = settle(7); // none of the seven would end by itself

    try (BackgroundManager tasks = builder(directory).open()) {
      assertEquals(8, tasks.list().size());
      for (int i = 0; i < 7; i++) {
        TaskResult result = tasks.find(ids.get(i)).orElseThrow().await(SOON);
        assertTrue(
            result.status() == TaskStatus.LOST || result.status() == TaskStatus.FAILED,
            i + ": " + result);
        assertFalse(result.outcome().error().isEmpty(), i + ": " + result);
        assertEquals(List.of(), OsProcesses.of(ids.get(i) + ".1"), "of " + i);
      }
      TaskResult whole = tasks.find(ids.get(7)).orElseThrow().await(SOON);
      assertEquals(7, whole.exitCode().orElseThrow());
      assertEquals("ran\nend\n", ManagerMain.truth(directory, "7 200"));
    }
    assertEquals(8, events.size());
  }

  @Test
  void another_boot_and_a_number_that_is_somebody_elses_are_recognised() throws Exception {
    TaskId rebooted;
    TaskId reused;
    try (ChildProgram child = ChildManager.start("some", directory, 2, 0)) {
      rebooted = new TaskId(child.await("started 0"));
      reused = new TaskId(child.await("started 1"));
      for (String description : List.of("0 200", "1 200")) {
        Until.holds("it runs", () -> !ManagerMain.truth(directory, description).isEmpty());
      }
      child.kill();
    }
    for (TaskId id : List.of(rebooted, reused)) {
      while (!OsProcesses.of(id + ".1").isEmpty()) {
        OsProcesses.of(id + ".1").forEach(ReconcileTest::kill);
      }
    }
    Path spec = run(rebooted).resolve("spec.json");
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    write(spec, Files.readString(spec).replace(boot, boot.replaceAll("[0-9a-f]", "0")));
    // the supervisor's number is this JVM's now: alive, but started at another time
    Path status = run(reused).resolve("status");
    String pid = Long.toString(ProcessHandle.current().pid());
    write(
        status,
        Pattern.compile("^start \\d+ (\\d+) \\d+", Pattern.MULTILINE)
            .matcher(Files.readString(status))
            .replaceFirst("start " + pid + " $1 " + pid));

    settle();

    try (BackgroundManager tasks = builder(directory).open()) {
      TaskResult first = tasks.find(rebooted).orElseThrow().await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, first.status());
      assertEquals(Optional.of(FailureType.LOST), first.outcome().failure());
      assertTrue(first.outcome().error().contains("started anew"), first.outcome()::error);
    }
    assertLost(reused, "nobody saw how it ended");
  }

  @Test
  void files_of_runs_that_nobody_knows_go_in_time_unless_something_of_them_lives()
      throws Exception {
    Instant old = Instant.now().minus(Duration.ofDays(8));
    TaskId stray = stray(old);
    TaskId fresh = stray(Instant.now());
    TaskId runs = stray(old);
    ProcessBuilder builder = new ProcessBuilder("sleep", "600");
    builder.environment().put("KUGETSU_RUN", runs + ".1");
    Process process = builder.start();
    try (BackgroundManager tasks = builder(directory).open()) {
      tasks.prune();
      assertFalse(Files.exists(run(stray).getParent()));
      assertTrue(Files.exists(run(fresh)));
      assertTrue(Files.exists(run(runs)));
    } finally {
      process.destroyForcibly();
    }
  }

  private TaskId stray(Instant touched) throws IOException {
    TaskId id = TaskId.next(Clock.systemUTC());
    Path run = Files.createDirectories(run(id));
    Path file = Files.writeString(run.resolve("output.log"), "left");
    FileTime time = FileTime.from(touched);
    Files.setLastModifiedTime(file, time);
    Files.setLastModifiedTime(run, time);
    return id;
  }

  private void assertLost(TaskId id, String why) {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskResult result = tasks.find(id).orElseThrow().await(SOON);
      assertEquals(TaskStatus.LOST, result.status());
      assertEquals(Optional.of(FailureType.LOST), result.outcome().failure());
      assertTrue(result.outcome().error().contains(why), result.outcome()::error);
    }
  }

  /** Lets a manager take over everything, and gives the ends it told. */
  private List<TaskEvent> settle() throws Exception {
    return settle(0);
  }

  /** The same; what still runs is let go once so many have ended. */
  private List<TaskEvent> settle(int first) throws Exception {
    List<TaskEvent> events = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch listening = new CountDownLatch(1);
    try (Engine files =
        Engines.files(directory, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives))) {
      BrokenEngine engine = new BrokenEngine(files);
      engine.before("claim", () -> await(listening));
      try (BackgroundManager tasks = builder(directory).engine(engine).open();
          EventSubscription unused = tasks.subscribe(TaskEvent.Terminal.class, events::add)) {
        int open = tasks.active().size();
        listening.countDown();
        if (first > 0) {
          Until.holds("those have ended", () -> events.size() >= first);
          assertEquals(1, OsProcesses.marked().values().stream().distinct().count(), "the rest");
          Files.createFile(directory.resolve("go"));
        }
        assertTrue(tasks.awaitAll(any -> true, SOON));
        Until.holds("the foreground is gone", () -> tasks.foreground().isEmpty());
        Until.holds("each end is told", () -> events.size() >= open);
      }
    }
    return List.copyOf(events);
  }

  private Path run(TaskId id) {
    return directory.resolve("runs").resolve(id.value()).resolve("1");
  }

  private Map<Path, String> records() throws IOException {
    Map<Path, String> all = new HashMap<>();
    try (Stream<Path> files = Files.walk(directory.resolve("tasks/running"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.put(file, Files.readString(file));
      }
    }
    return all;
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
