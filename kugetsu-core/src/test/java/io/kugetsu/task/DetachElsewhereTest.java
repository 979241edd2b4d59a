package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.process.RunDirectory;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What another program on the same directory can do to a supervised task. */
@Timeout(180)
class DetachElsewhereTest extends LeakFree {
  private static final StopReason BY_ME = StopReason.user("enough");

  @TempDir Path directory;

  @Test
  void anybody_detaches_it_and_then_it_outlives_the_program_that_waited() throws Exception {
    try (ChildProgram child = ChildManager.start("foreground", directory, "number");
        BackgroundManager tasks = builder(directory).open()) {
      TaskId id = new TaskId(child.await("started"));
      assertEquals(List.of(id), tasks.foreground().stream().map(TaskInfo::id).toList());
      TaskHandle task = tasks.find(id).orElseThrow();

      Detachment detachment = task.detach();

      assertEquals(Detachment.Kind.DETACHED, detachment.kind());
      assertTrue(detachment.survivesJvm());
      assertEquals("DETACHED", child.await("released"));
      assertEquals(List.of(id), tasks.active().stream().map(TaskInfo::id).toList());
      assertEquals(Detachment.Kind.ALREADY, task.detach().kind());
      child.kill();
      Files.createFile(directory.resolve("go"));
      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
      assertEquals("ran\nend\n", ManagerMain.truth(directory, "0 200"));
      assertEquals(ManagerMain.output("0 200"), task.output(100_000));
    }
  }

  @Test
  void a_detaching_whose_record_was_never_written_counts_all_the_same() throws Exception {
    try (ChildProgram child = ChildManager.start("foreground", directory, "number")) {
      TaskId id = new TaskId(child.await("started"));
      freeze(child); // it shall not notice
      assertTrue(RunDirectory.of(directory.resolve("runs/" + id + "/1")).detach());
      child.kill();
      try (BackgroundManager tasks = builder(directory).open()) {
        Until.holds("it is found to be detached", () -> !tasks.active().isEmpty());
        Files.createFile(directory.resolve("go"));
        assertEquals(TaskStatus.COMPLETED, tasks.find(id).orElseThrow().await(SOON).status());
        assertEquals("ran\nend\n", ManagerMain.truth(directory, "0 200"));
      }
    }
  }

  /** The answer and what becomes of the task agree, whoever comes first. */
  @Test
  void detaching_while_its_program_is_killed_does_what_it_answers() throws Exception {
    Random random = new Random(20260418);
    for (int round = 0; round < 8; round++) {
      Path state = Files.createDirectory(directory.resolve("round-" + round));
      try (ChildProgram child = ChildManager.start("foreground", state, "number");
          BackgroundManager tasks = builder(state).open()) {
        TaskId id = new TaskId(child.await("started"));
        TaskHandle task = tasks.find(id).orElseThrow();
        long millis = random.nextInt(8);
        CompletableFuture<Void> killed =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    child.killAfter(millis);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
        if (round % 2 == 1) {
          killed.get(60, TimeUnit.SECONDS);
        }
        Detachment detachment = task.detach();
        killed.get(60, TimeUnit.SECONDS);
        Files.createFile(state.resolve("go"));

        if (detachment.kind() == Detachment.Kind.DETACHED) {
          assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
          assertEquals("ran\nend\n", ManagerMain.truth(state, "0 200"));
        } else {
          assertFalse(detachment.survivesJvm(), detachment::toString);
          Until.holds("it is gone", () -> tasks.find(id).isEmpty());
          assertEquals(List.of(), tasks.list());
        }
        // a supervisor has told of its end a moment before it ends itself
        Until.holds("nothing lives", () -> OsProcesses.of(id + ".1").isEmpty());
      }
    }
  }

  @Test
  void anybody_stops_it_although_its_program_is_frozen() throws Exception {
    String script = "sleep 600 & setsid sleep 600 & wait";
    try (ChildProgram child = ChildManager.start("foreground", directory, script);
        BackgroundManager tasks = builder(directory).open()) {
      TaskId id = new TaskId(child.await("started"));
      TaskHandle task = tasks.find(id).orElseThrow();
      freeze(child);

      assertTrue(task.stop(BY_ME));

      assertEquals(TaskStatus.STOPPING, task.info().status());
      assertEquals(Optional.of(BY_ME), task.info().stop());
      Until.holds("its tree is gone", () -> OsProcesses.of(id + ".1").isEmpty());
      child.signal("CONT");
      assertEquals("INTERRUPTED", child.await("ended"));
      Until.holds("it is gone", () -> tasks.find(id).isEmpty());
    }
  }

  /** Not while it has the lock of the records, which it would keep: nobody could state anything. */
  private void freeze(ChildProgram child) throws Exception {
    LockFile.Held held = FileLocks.of(directory.resolve("tasks/lock")).lock(SOON);
    try {
      child.signal("STOP");
      Until.holds("every thread of it stands still", () -> isFrozen(child.pid()));
    } finally {
      held.close();
    }
  }

  private static boolean isFrozen(long pid) throws Exception {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
      return true;
    }
  }

  @Test
  void anybody_stops_it_and_its_program_writes_the_end() throws Exception {
    try (ChildProgram child = ChildManager.start("some", directory, 1, 0);
        BackgroundManager tasks = builder(directory).open()) {
      child.await("up");
      TaskHandle task = tasks.find(tasks.active().get(0).id()).orElseThrow();

      assertTrue(task.stop(BY_ME));

      TaskResult result = task.await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals(Optional.of(BY_ME), result.info().stop());
      assertEquals(List.of(), OsProcesses.of(task.id() + ".1"));
      assertFalse(task.stop(BY_ME), "it had ended");
    }
  }
}
