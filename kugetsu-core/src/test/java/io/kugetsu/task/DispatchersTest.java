package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several managers on one directory, of which one hands out the work. */
@Timeout(180)
class DispatchersTest extends LeakFree {
  @TempDir Path directory;
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void awaitElected() throws Exception {
    Until.holds("somebody is elected", () -> engine.elected().isPresent());
  }

  @Test
  void what_the_elected_one_does_not_know_is_handed_out_by_who_does() throws Exception {
    try (BackgroundManager elected = builder(directory).open()) {
      awaitElected();
      Elected before = engine.elected().orElseThrow();
      try (BackgroundManager other = builder(directory).open()) {
        Scripted work = new Scripted();
        other.register(work);

        TaskId id = Scripted.enqueue(engine, Map.of());

        work.next().end(Scripted.DONE);
        assertTrue(other.find(id).orElseThrow().await(SOON).isSuccess());
        assertEquals(before, engine.elected().orElseThrow());
      }
    }
  }

  @Test
  void what_cannot_be_understood_fails_and_keeps_nobody_from_running() throws Exception {
    TaskId strange = Scripted.enqueue(engine, Map.of("onDeadline", "HIBERNATE"));
    TaskId good = Scripted.enqueue(engine, Map.of());
    try (BackgroundManager manager = builder(directory).open()) {
      Scripted work = new Scripted();
      manager.register(work);
      work.next().end(Scripted.DONE);
      assertTrue(manager.find(good).orElseThrow().await(SOON).isSuccess());
      TaskResult failed = manager.find(strange).orElseThrow().await(SOON);
      assertEquals(Optional.of(FailureType.INTERNAL), failed.outcome().failure());
      assertEquals(0, engine.tasks().counts().running());
    }
  }

  @Test
  void the_next_one_goes_on_when_the_elected_one_closes() throws Exception {
    Scripted unused = new Scripted();
    BackgroundManager elected = builder(directory).open();
    elected.register(unused);
    Until.holds(
        "it is elected",
        () -> engine.elected().filter(it -> it.kinds().contains(unused.kind())).isPresent());
    try (BackgroundManager other = builder(directory).open()) {
      Scripted work = new Scripted();
      other.register(work);

      elected.close();
      Scripted.enqueue(engine, Map.of());

      work.next().end(Scripted.DONE);
      assertTrue(other.awaitAll(any -> true, SOON));
    }
  }

  @Test
  void the_next_one_goes_on_when_the_program_of_the_elected_one_is_killed() throws Exception {
    try (ChildProgram child = ChildManager.start("some", directory, 1, 0)) {
      child.await("up");
      awaitElected();
      long program = engine.elected().orElseThrow().owner().pid();
      try (BackgroundManager other = builder(directory).open()) {
        child.kill();
        Until.holds(
            "another one is elected",
            () -> engine.elected().filter(it -> it.owner().pid() != program).isPresent());
        Files.createFile(directory.resolve("go"));
        assertTrue(other.awaitAll(any -> true, SOON), "what it left was not taken over");
      }
    }
  }

  @Test
  void one_that_fails_lets_another_one_go_on() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    CountDownLatch failed = new CountDownLatch(1);
    Scripted idle = new Scripted();
    try (BackgroundManager elected =
        builder(directory)
            .limits(
                () -> {
                  if (fails.get()) {
                    failed.countDown();
                    throw new IllegalStateException("the settings cannot be read");
                  }
                  return Limits.none();
                })
            .open()) {
      elected.register(idle);
      awaitElected();
      try (BackgroundManager other = builder(directory).open()) {
        Scripted work = new Scripted();
        other.register(work);
        fails.set(true);

        Scripted.enqueue(engine, Map.of());

        assertTrue(failed.await(SOON.toSeconds(), TimeUnit.SECONDS));
        work.next().end(Scripted.DONE);
        assertTrue(other.awaitAll(any -> true, SOON));
      }
    }
  }
}
