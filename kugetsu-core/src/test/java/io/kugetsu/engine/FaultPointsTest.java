package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.Faults;
import io.kugetsu.support.InMemory;
import io.kugetsu.support.LeakFree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each step on the disk of each thing that an engine does: the program ends there, or the step
 * fails, or all that need room on the disk do from there on.
 */
class FaultPointsTest extends LeakFree {
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
        FaultChecks.checkWhole(engine, directory, where);
        FaultChecks.check(engine, scene.subject, step, before, where);
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

  /**
   * The same with a real program that is killed by SIGKILL in the middle of all of them at once, so
   * that its locks and its half-written files are those of a dead one.
   */
  @Test
  void a_program_that_is_killed_at_any_step_leaves_nothing_half_done() throws Exception {
    Path root = newDirectory();
    List<String> held;
    try (ChildJvm child = new ChildJvm(FaultChild.class, root)) {
      child.await(FaultChild.ALL);
      child.killAfter(0);
      held = child.lines().subList(0, child.lines().size() - 1);
    }
    Map<String, Long> counts =
        held.stream().collect(Collectors.groupingBy(it -> it.split(" ")[0], Collectors.counting()));
    for (FaultScene.Step step : FaultScene.Step.values()) {
      assertTrue(counts.getOrDefault(step.name(), 0L) > 0, step + " in " + held);
    }
    for (String where : held) {
      String[] words = where.split(" ");
      FaultScene.Step step = FaultScene.Step.valueOf(words[0]);
      checkKilled(root.resolve(step + "-" + words[1]), step, new TaskId(words[2]), where);
    }
  }

  private static void checkKilled(
      Path directory, FaultScene.Step step, TaskId subject, String where) throws IOException {
    try (Engine engine = Engines.files(directory, FaultScene.CLOCK, Engines.localProbe())) {
      FaultChecks.checkWhole(engine, directory, where);
      try (Stream<Path> files = Files.walk(directory)) {
        assertEquals(
            List.of(),
            files.map(Path::toString).filter(name -> name.endsWith(".tmp")).toList(),
            where);
      }
      boolean accepts =
          Set.of(FaultScene.Step.ENQUEUE, FaultScene.Step.ENQUEUE_ONCE, FaultScene.Step.ADMIT)
              .contains(step);
      Optional<TaskRecord> before = accepts ? Optional.empty() : engine.tasks().find(subject);
      FaultChecks.check(engine, subject, step, before, where);
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
      assertEquals(Map.of(), engine.keys().all(), where + ": it was refused, and is so");
      assertEquals(
          Optional.empty(), engine.notifications().find("told"), where + ": refused, and told");
      try (Faults over = Faults.none()) {
        scene.act();
        assertFalse(over.steps().isEmpty(), where + ": it can be done again");
      }
    }
    dead.addAll(FaultChecks.owners(engine));
    FaultChecks.check(engine, scene.subject, scene.step, before, where);
  }
}
