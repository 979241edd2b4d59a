package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.InMemory;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OtherUser;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full, and directories that one may really not write to. */
class NoRoomTest extends LeakFree {
  private static final Set<TaskStatus> ALL = EnumSet.allOf(TaskStatus.class);

  @TempDir(factory = InMemory.class)
  private Path temporary;

  @Test
  void what_may_not_be_written_is_refused_as_a_whole_and_goes_on_when_it_may() throws Exception {
    String said = OtherUser.run(temporary, ReadOnlyChild.class, temporary.resolve("state"));
    String last = said.strip().substring(said.strip().lastIndexOf('\n') + 1);
    assertTrue(last.startsWith(ReadOnlyChild.WELL), said);
    int refusals = Integer.parseInt(last.substring(ReadOnlyChild.WELL.length()));
    assertTrue(refusals > FaultScene.Step.values().length, said);
  }

  @Test
  void a_full_disk_refuses_clearly_and_keeps_what_was_accepted() throws Exception {
    Path disk = Files.createDirectory(temporary.resolve("disk"));
    String problem = run("mount", "-t", "tmpfs", "-o", "size=128k", "none", disk.toString());
    assumeTrue(problem.isEmpty(), "no small disk can be made here: " + problem);
    try {
      fill(disk, disk.resolve("state"));
    } finally {
      // At once, although this JVM keeps the lock's file open.
      assertEquals("", run("umount", "--lazy", disk.toString()));
    }
  }

  private static void fill(Path disk, Path directory) throws Exception {
    Set<TaskId> accepted = new HashSet<>();
    Owner mine = Engines.newOwner();
    Claim running;
    try (Engine engine = Engines.files(directory, FaultScene.CLOCK, Engines.localProbe())) {
      FaultScene.prepared(engine, FaultScene.Step.CANCEL, mine);
      running = engine.tasks().claim(FaultScene.request(mine, 1)).get(0);
      accepted.addAll(ids(engine));
      for (boolean full = false; !full; ) {
        try {
          TaskId id = TaskId.next(FaultScene.CLOCK);
          accepted.add(engine.tasks().enqueue(FaultScene.task(id, null, true, 0)).task().id());
        } catch (StorageException e) {
          full = true;
          assertFull(e, directory);
        }
      }
      Path filler = disk.resolve("filler");
      try (OutputStream out = Files.newOutputStream(filler)) {
        while (true) {
          out.write(new byte[512]);
        }
      } catch (IOException e) {
        assertEquals(accepted, ids(engine));
      }
      TaskRecord before = engine.tasks().find(running.task().id()).orElseThrow();
      TaskId once = TaskId.next(FaultScene.CLOCK);
      NotificationRecord told = FaultScene.notification("told");
      Finish end = FaultScene.completed(before.id());
      List<Runnable> steps = new ArrayList<>();
      steps.add(() -> engine.tasks().enqueue(FaultScene.task(once, "once", true, 0)));
      steps.add(() -> engine.tasks().claim(FaultScene.request(mine, 5, Limits.of(5))));
      steps.add(() -> engine.tasks().finish(running.token(), end));
      steps.add(() -> engine.tasks().giveBack(running.token()));
      steps.add(() -> engine.keys().change(FaultScene.KEY, key -> key.pause(FaultScene.PAUSE)));
      steps.add(() -> engine.notifications().put(told));
      for (Runnable step : steps) {
        assertFull(assertThrows(StorageException.class, step::run), directory);
      }
      assertEquals(accepted, ids(engine));
      assertEquals(before, engine.tasks().find(before.id()).orElseThrow());
      assertEquals(List.of(before), engine.tasks().list(Set.of(TaskStatus.RUNNING)));
      assertTrue(engine.notifications().find("told").isEmpty());
      assertTrue(engine.keys().all().isEmpty());
      Files.delete(filler);
      assertEquals("", run("mount", "-o", "remount,size=4m", disk.toString()));
      assertTrue(engine.tasks().finish(running.token(), end).isPresent());
      accepted.add(engine.tasks().enqueue(FaultScene.task(once, "once", true, 0)).task().id());
    }
    try (Engine engine = Engines.files(directory, FaultScene.CLOCK, Engines.localProbe())) {
      List<TaskId> ran = FaultScene.runAll(engine);
      ran.add(running.task().id());
      assertEquals(accepted.size(), ran.size());
      assertEquals(accepted, new HashSet<>(ran));
      FaultChecks.checkWhole(engine, directory, "after it was full");
      Set<String> told =
          engine.notifications().list(false).stream()
              .map(NotificationRecord::id)
              .collect(Collectors.toSet());
      for (TaskId id : accepted) {
        assertTrue(told.contains(id + "-queued") && told.contains(id + "-ended"), id + "");
      }
    }
  }

  private static Set<TaskId> ids(Engine engine) {
    return engine.tasks().list(ALL).stream().map(TaskRecord::id).collect(Collectors.toSet());
  }

  private static void assertFull(StorageException e, Path directory) {
    assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
    assertTrue(e.getMessage().contains(directory.toString()), e.getMessage());
  }

  /** What a program said; nothing when all went well. */
  private static String run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exit = process.waitFor();
      return exit == 0 ? "" : command[0] + " ended with " + exit + ": " + said;
    } catch (IOException e) {
      return e.toString();
    }
  }
}
