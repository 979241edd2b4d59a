package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.support.ClassPath;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualClock;
import io.kugetsu.testing.ManualTimers;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ended is kept for as long as is said, whole, and then goes, whole. */
class RetentionTest extends LeakFree {
  @TempDir Path directory;

  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));

  private BackgroundManager open(Retention retention) {
    // nothing is pruned but by the test
    return builder(directory).clock(clock).timers(new ManualTimers()).retention(retention).open();
  }

  private static TaskHandle done(BackgroundManager tasks, String text) {
    TaskHandle task =
        tasks.start(
            TaskSpec.host(
                    text,
                    HostWork.of(
                        run -> {
                          run.print(text);
                          return text;
                        }))
                .background());
    task.await(SOON);
    return task;
  }

  /** S13: by age it goes, with its files; what runs stays however old, and nothing is rewritten. */
  @Test
  void by_age() throws Exception {
    try (BackgroundManager tasks = open(new Retention(Duration.ofDays(7), 100))) {
      Held running = Held.obedient();
      TaskHandle oldest = tasks.start(running.spec().background());
      running.run();
      TaskHandle first = done(tasks, "first");
      clock.advance(Duration.ofDays(4));
      TaskHandle second = done(tasks, "second");
      TaskResult before = second.await(SOON);
      clock.advance(Duration.ofDays(3));
      assertEquals(0, tasks.prune());
      clock.advance(Duration.ofSeconds(1));
      assertEquals(1, tasks.prune());
      assertTrue(tasks.find(first.id()).isEmpty());
      assertEquals(before, second.await(SOON));
      assertEquals(List.of(oldest.id().value(), second.id().value()), runs());
      assertEquals(
          List.of(oldest.id(), second.id()), tasks.list().stream().map(TaskInfo::id).toList());
      running.result.complete("");
      oldest.await(SOON);
    }
  }

  /** By number the oldest ends go first; O11: the listing is in the order of acceptance. */
  @Test
  void by_number() throws Exception {
    try (BackgroundManager tasks = open(new Retention(Duration.ofDays(7), 3))) {
      List<TaskId> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        all.add(done(tasks, "task " + i).id());
        clock.advance(Duration.ofSeconds(1));
      }
      assertEquals(all, tasks.list().stream().map(TaskInfo::id).toList());
      assertEquals(3, tasks.prune());
      assertEquals(all.subList(3, 6), tasks.list().stream().map(TaskInfo::id).toList());
      assertEquals(all.subList(3, 6).stream().map(TaskId::value).toList(), runs());
    }
  }

  /** S48: another instance, with nothing in memory, reads what was kept. */
  @Test
  void what_is_kept_can_be_read_by_the_next_instance() {
    TaskHandle command;
    TaskHandle host;
    TaskResult end;
    try (BackgroundManager tasks = open(Retention.DEFAULT)) {
      command = tasks.start(sh(directory, "echo written; exit 2").background());
      end = command.await(SOON);
      host = done(tasks, "answer");
    }
    try (BackgroundManager tasks = open(Retention.DEFAULT)) {
      TaskHandle found = tasks.find(command.id()).orElseThrow();
      assertEquals(end, found.await(SOON));
      assertEquals("written\n", found.output(100));
      TaskHandle other = tasks.find(host.id()).orElseThrow();
      assertEquals("answer", other.await(SOON).finalAnswer());
      assertEquals("answer\n", other.output(100));
    }
  }

  @Test
  void a_corrupt_record_beside_stops_nothing() throws Exception {
    try (BackgroundManager tasks = open(new Retention(Duration.ofDays(7), 100))) {
      TaskHandle broken = done(tasks, "broken");
      TaskHandle whole = done(tasks, "whole");
      try (Stream<Path> files = Files.walk(directory.resolve("tasks/done"))) {
        Path record =
            files
                .filter(it -> it.getFileName().toString().startsWith(broken.id().value()))
                .findFirst()
                .orElseThrow();
        Files.writeString(record, "{ not json");
      }
      clock.advance(Duration.ofDays(8));
      assertEquals(1, tasks.prune());
      assertTrue(tasks.find(whole.id()).isEmpty());
    }
  }

  @Test
  void a_record_of_a_newer_version_beside_stops_nothing() throws Exception {
    try (BackgroundManager tasks = open(new Retention(Duration.ofDays(7), 100))) {
      TaskHandle newer = done(tasks, "newer");
      try (Stream<Path> files = Files.walk(directory.resolve("tasks/done"))) {
        Path record = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        Files.writeString(
            record, Files.readString(record).replace("\"format\" : 1", "\"format\" : 99"));
      }
      TaskHandle whole = done(tasks, "whole");
      clock.advance(Duration.ofDays(8));
      assertEquals(1, tasks.prune());
      assertTrue(tasks.find(whole.id()).isEmpty());
      assertEquals(List.of(newer.id().value()), runs());
    }
  }

  /** M02, O09: ten thousand tasks through one manager, in a JVM that could not hold them all. */
  @Test
  void many_tasks_leave_no_more_than_is_kept() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                ClassPath.current(),
                ManyTasksChild.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = child.inputReader()) {
      assertEquals("kept 100 held [0, 0]", said.readLine());
      assertTrue(child.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, child.exitValue());
    } finally {
      child.destroyForcibly();
    }
  }

  private List<String> runs() throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("runs"))) {
      return all.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void what_is_kept_for_ever_is_kept() {
    Duration ever = ChronoUnit.FOREVER.getDuration();
    try (BackgroundManager tasks = open(new Retention(ever, 1))) {
      done(tasks, "first");
      done(tasks, "second");
      assertEquals(1, tasks.prune(), "one too many");
      assertEquals(0, tasks.prune());
    }
  }
}
