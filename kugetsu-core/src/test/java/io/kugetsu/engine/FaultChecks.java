package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be true of a {@link FaultScene} whatever happened to its step. */
final class FaultChecks {
  private static final Set<TaskStatus> ALL = EnumSet.allOf(TaskStatus.class);

  private FaultChecks() {}

  /** Who runs something at this moment. */
  static List<Owner> owners(Engine engine) {
    return engine.tasks().list(EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING)).stream()
        .map(TaskRecord::owner)
        .filter(owner -> owner != null)
        .toList();
  }

  /** Everything that is there runs to its end, once, and is told, once. */
  static void check(
      Engine engine,
      TaskId subject,
      FaultScene.Step step,
      Optional<TaskRecord> before,
      String where) {
    Optional<TaskRecord> now = FaultScene.state(engine, subject);
    Map<TaskId, TaskRecord> present =
        engine.tasks().list(ALL).stream().collect(Collectors.toMap(TaskRecord::id, it -> it));
    assertEquals(now.isPresent(), present.containsKey(subject), where + ": found and listed");
    boolean mayBeGone =
        before.isEmpty()
            || step == FaultScene.Step.FINISH_WITHOUT_A_RECORD
            || before.get().status().isTerminal();
    assertTrue(now.isPresent() || mayBeGone, where + ": it is lost");
    long open = present.values().stream().filter(it -> !it.status().isTerminal()).count();
    assertTrue(open >= 2, where + ": one of the others is lost");
    Set<TaskId> waiting =
        present.values().stream()
            .filter(it -> it.status() == TaskStatus.PENDING)
            .map(TaskRecord::id)
            .collect(Collectors.toSet());
    assertEquals(waiting.size(), engine.tasks().counts().pending(), where);
    List<TaskId> ran = FaultScene.runAll(engine);
    assertEquals(waiting, new HashSet<>(ran), where + ": what waited ran");
    assertEquals(waiting.size(), ran.size(), where + ": ran twice");
    assertEquals(Map.of(), engine.tasks().counts().held(), where + ": permits");
    checkEnds(engine, present, where);
    KeyState key = engine.keys().all().getOrDefault(FaultScene.KEY, KeyState.OPEN);
    assertTrue(key.equals(KeyState.OPEN) || FaultScene.PAUSE.equals(key.pause()), where + key);
  }

  private static void checkEnds(Engine engine, Map<TaskId, TaskRecord> present, String where) {
    List<String> told =
        engine.notifications().list(false).stream().map(NotificationRecord::id).toList();
    assertEquals(new HashSet<>(told).size(), told.size(), where + ": told twice");
    Map<String, String> session = engine.sessions().find(FaultScene.SESSION).orElseThrow().fields();
    for (TaskRecord task : engine.tasks().list(ALL)) {
      String id = task.id().value();
      assertTrue(task.status().isTerminal(), where + ": " + task);
      assertTrue(present.containsKey(task.id()), where + ": " + id + " came from nowhere");
      assertTrue(told.contains(id + "-queued"), where + ": its acceptance was never told");
      boolean ran = task.status() != TaskStatus.CANCELLED;
      assertEquals(ran, told.contains(id + "-ended"), where + ": its end, once");
      assertEquals(ran, session.containsKey(id), where + ": its session");
    }
  }

  /** One file for each task, and none that belongs to nobody. */
  static void checkWhole(Engine engine, Path directory, String where) throws IOException {
    List<TaskId> unused = engine.tasks().line();
    assertTrue(unused.size() <= 3, where);
    try (Stream<Path> files = Files.walk(directory.resolve("tasks"))) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".json") || name.contains("corrupt"))
              .toList();
      assertEquals(new HashSet<>(names).size(), names.size(), where + ": " + names);
      assertTrue(names.stream().noneMatch(name -> name.contains("corrupt")), where);
    }
  }
}
