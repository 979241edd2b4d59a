package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.Faults;
import io.kugetsu.support.InMemory;
import io.kugetsu.support.LeakFree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each step on the disk of each thing that an engine does: the program ends there, or the step
 * fails, or all that need room on the disk do from there on.
 */
class FaultPointsTest extends LeakFree {
  private static final Set<TaskStatus> ALL = EnumSet.allOf(TaskStatus.class);

  @TempDir(factory = InMemory.class)
  private Path temporary;

  private final Set<Owner> dead = new HashSet<>();
  private int scenes;

  private Path newDirectory() throws IOException {
    return Files.createDirectory(temporary.resolve("scene-" + scenes++));
  }

  private Engine open(Path directory) {
    return Engines.files(
        directory,
        FaultScene.CLOCK,
        holder ->
            holder instanceof Holder.Instance instance && dead.contains(instance.owner())
                ? Liveness.DEAD
                : Liveness.ALIVE);
  }

  private List<String> stepsOf(FaultScene.Step step) throws IOException {
    try (Engine engine = open(newDirectory())) {
      FaultScene scene = FaultScene.prepared(engine, step, Engines.newOwner());
      try (Faults faults = Faults.none()) {
        scene.act();
        return faults.steps();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void killed_at_any_step_the_next_one_goes_on_rightly(FaultScene.Step step) throws IOException {
    List<String> steps = stepsOf(step);
    assertFalse(steps.isEmpty(), "nothing is written");
    for (int at = 0; at < steps.size(); at++) {
      Path directory = newDirectory();
      Owner owner = Engines.newOwner();
      Optional<TaskRecord> before;
      FaultScene scene;
      try (Engine engine = open(directory)) {
        scene = FaultScene.prepared(engine, step, owner);
        before = FaultScene.state(engine, scene.subject);
        try (Faults faults = Faults.killAt(at)) {
          scene.act();
          throw new AssertionError("it was not killed at " + steps.get(at));
        } catch (Faults.Killed e) {
          // As it should be.
        }
      }
      dead.addAll(List.of(owner, scene.me));
      String where = step + ", killed before " + steps.get(at);
      try (Engine engine = open(directory)) {
        checkWhole(engine, directory, where);
        check(engine, scene.subject, step, before, where);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void when_any_step_fails_it_is_said_and_nothing_is_half_done(FaultScene.Step step)
      throws IOException {
    List<String> steps = stepsOf(step);
    for (int at = 0; at < steps.size(); at++) {
      try (Engine engine = open(newDirectory())) {
        FaultScene scene = FaultScene.prepared(engine, step, Engines.newOwner());
        int failing = at;
        fail(engine, scene, () -> Faults.failAt(failing), step + ", failing at " + steps.get(at));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void when_the_disk_is_full_from_any_step_on_nothing_is_half_done(FaultScene.Step step)
      throws IOException {
    List<String> steps = stepsOf(step);
    for (int at = 0; at < steps.size(); at++) {
      try (Engine engine = open(newDirectory())) {
        FaultScene scene = FaultScene.prepared(engine, step, Engines.newOwner());
        int full = at;
        fail(engine, scene, () -> Faults.fullFrom(full), step + ", full from " + steps.get(at));
      }
    }
  }

  /** The same with a real program that is really gone: its half-written files are swept too. */
  @ParameterizedTest
  @CsvSource({"ENQUEUE, 2", "CLAIM, 3", "START, 4", "FINISH, 4", "FINISH, 9", "PRUNE, 0"})
  void a_real_program_that_is_gone_at_a_step_leaves_nothing_behind(FaultScene.Step step, int at)
      throws Exception {
    Path directory = newDirectory();
    TaskId subject;
    try (ChildJvm child = new ChildJvm(FaultChild.class, directory, step, at)) {
      assertEquals(9, child.awaitEnd(), "it was to be killed");
      subject = new TaskId(child.lines().get(0));
    }
    try (Engine engine = Engines.files(directory, FaultScene.CLOCK, Engines.localProbe())) {
      checkWhole(engine, directory, step + " at " + at);
      try (Stream<Path> files = Files.walk(directory)) {
        assertEquals(
            List.of(), files.map(Path::toString).filter(name -> name.endsWith(".tmp")).toList());
      }
      Optional<TaskRecord> before =
          step == FaultScene.Step.ENQUEUE ? Optional.empty() : engine.tasks().find(subject);
      check(engine, subject, step, before, step + " at " + at);
    }
  }

  /** Takes the step with a fault, says what must be true then, and takes it again without. */
  private void fail(Engine engine, FaultScene scene, Supplier<Faults> fault, String where) {
    Optional<TaskRecord> before = FaultScene.state(engine, scene.subject);
    boolean refused = false;
    try (Faults faults = fault.get()) {
      scene.act();
    } catch (StorageException e) {
      refused = true;
      assertTrue(e.getMessage().contains("No space left on device"), where + ": " + e);
      assertTrue(e.getMessage().contains("/"), where + " names no file: " + e);
    }
    if (refused) {
      assertEquals(
          before,
          FaultScene.state(engine, scene.subject),
          where + ": it was refused, and is there");
      try (Faults over = Faults.none()) {
        scene.act();
        assertFalse(over.steps().isEmpty(), where + ": it can be done again");
      }
    }
    dead.addAll(owners(engine));
    check(engine, scene.subject, scene.step, before, where);
  }

  private static List<Owner> owners(Engine engine) {
    return engine.tasks().list(EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING)).stream()
        .map(TaskRecord::owner)
        .filter(owner -> owner != null)
        .toList();
  }

  /** Everything that is there runs to its end, once, and is told, once. */
  private static void check(
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
  private static void checkWhole(Engine engine, Path directory, String where) throws IOException {
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
