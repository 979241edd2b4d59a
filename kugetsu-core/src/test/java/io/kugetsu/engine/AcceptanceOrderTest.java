package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who was accepted first stands first, whatever the clocks of those say who accept. */
class AcceptanceOrderTest extends LeakFree {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path directory;
  private final Clock right = Clock.systemUTC();
  private final List<TaskId> accepted = new ArrayList<>();

  private Engine open(Clock clock) {
    return Engines.files(directory, clock, Engines.localProbe());
  }

  private void enqueue(Engine engine, Clock clock) {
    accepted.add(engine.tasks().enqueue(CrashChild.task(TaskId.next(clock), null)).task().id());
  }

  private void enqueueElsewhere(String offset) throws Exception {
    try (ChildJvm child = new ChildJvm(ClockChild.class, directory, offset)) {
      assertEquals(0, child.awaitEnd());
      child.lines().forEach(line -> accepted.add(new TaskId(line)));
    }
  }

  private void assertInOrder(Engine engine) {
    assertEquals(accepted, engine.tasks().line());
    Claim first = engine.tasks().claim(CrashChild.request(Engines.newOwner(), 1)).get(0);
    assertEquals(accepted.get(0), first.task().id());
    assertTrue(engine.tasks().giveBack(first.token()));
    assertEquals(accepted, engine.tasks().line());
  }

  @Test
  void a_program_begun_after_the_clock_was_set_back_or_ahead_stands_behind() throws Exception {
    try (Engine engine = open(right)) {
      enqueue(engine, right);
      enqueueElsewhere("-P1D");
      enqueue(engine, right);
      enqueueElsewhere("P1D");
      enqueueElsewhere("-P1D");
      enqueue(engine, right);
      assertInOrder(engine);
    }
    try (Engine reopened = open(right)) {
      assertInOrder(reopened);
    }
  }

  @Test
  void engines_whose_clocks_differ_by_a_day_agree() {
    Clock late = Clock.offset(right, DAY);
    Clock early = Clock.offset(right, DAY.negated());
    try (Engine one = open(right);
        Engine ahead = open(late);
        Engine behind = open(early)) {
      for (int i = 0; i < 5; i++) {
        enqueue(one, right);
        enqueue(ahead, late);
        enqueue(behind, early);
      }
      Stream.of(one, ahead, behind).forEach(this::assertInOrder);
    }
  }

  @Test
  void it_is_known_when_the_log_of_changes_is_begun_anew_and_after_it_is_lost() throws Exception {
    Path log = directory.resolve("tasks/changes");
    try (Engine engine = open(right)) {
      enqueue(engine, right);
      Files.writeString(log, Files.readString(log) + "\n".repeat(1 << 20));
      assertEquals(accepted, engine.tasks().line());
      assertTrue(Files.size(log) < 1_000, "it was begun anew");
      Files.delete(directory.resolve("tasks/changes.1"));
      enqueueElsewhere("-P1D");
      Files.delete(log);
      enqueueElsewhere("-P1D");
      assertInOrder(engine);
    }
  }

  @Test
  void what_is_not_a_number_in_the_log_is_passed_over() throws IOException {
    Path log = directory.resolve("tasks/changes");
    try (Engine engine = open(right)) {
      enqueue(engine, right);
      String before = Files.readString(log);
      Files.writeString(
          log, before + "\ntsk_half 99999999999999999999\n\nx -7\n\n# \n\ntsk_torn 17\ntsk_");
      enqueue(engine, right);
      assertInOrder(engine);
    }
  }

  @Test
  void a_clock_that_is_set_changes_nothing_in_memory_either() {
    ManualClock clock = new ManualClock(Instant.parse("2026-03-02T10:00:00Z"));
    try (Engine engine = Engines.memory(clock, Engines.localProbe())) {
      enqueue(engine, clock);
      clock.advance(DAY.negated());
      enqueue(engine, clock);
      clock.advance(DAY.multipliedBy(2));
      enqueue(engine, clock);
      clock.advance(DAY.negated());
      enqueue(engine, clock);
      assertInOrder(engine);
    }
  }
}
