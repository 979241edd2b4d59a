package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two engines on one directory, each of which remembers what waits. */
class PendingFilesTest extends LeakFree {
  @TempDir private Path directory;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00Z"));
  private final Owner me = Engines.newOwner();
  private Engine first;
  private Engine second;

  @BeforeEach
  void open() {
    first = engine();
    second = engine();
    assertEquals(List.of(), second.tasks().line());
  }

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  private Engine engine() {
    return Engines.files(directory, clock, Engines.localProbe());
  }

  private TaskId enqueue(Engine engine, int priority) {
    return engine
        .tasks()
        .enqueue(
            new NewTask(
                TaskId.next(clock),
                "agent",
                true,
                priority,
                Set.of(LimitKey.AGENTS),
                null,
                null,
                null,
                null,
                Map.of("message", "hello"),
                List.of()))
        .task()
        .id();
  }

  private List<Claim> claim(Engine engine, int want) {
    return engine
        .tasks()
        .claim(
            new ClaimRequest(me, Set.of("agent"), Limits.none(), want, null, record -> List.of()));
  }

  private List<Claim> claim(Engine engine, Limits limits) {
    return engine
        .tasks()
        .claim(new ClaimRequest(me, Set.of("agent"), limits, 1, null, record -> List.of()));
  }

  private static List<TaskId> ids(List<Claim> claims) {
    return claims.stream().map(claim -> claim.task().id()).toList();
  }

  @Test
  void whatever_one_does_the_other_sees_at_its_next_look() {
    Random random = new Random(20260302);
    List<Claim> open = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Engine one = random.nextBoolean() ? first : second;
      switch (random.nextInt(5)) {
        case 0, 1 -> enqueue(one, random.nextInt(3));
        case 2 -> open.addAll(claim(one, 1));
        case 3 -> {
          if (!open.isEmpty()) {
            giveUp(one, open.remove(random.nextInt(open.size())), random);
          }
        }
        default -> {
          List<TaskId> line = one.tasks().line();
          if (!line.isEmpty()) {
            TaskId id = line.get(random.nextInt(line.size()));
            assertTrue(one.tasks().cancel(id, StopReason.user("")).isPresent());
          }
        }
      }
      assertEquals(first.tasks().line(), second.tasks().line());
      if (i % 50 == 0) {
        try (Engine third = engine()) {
          assertEquals(third.tasks().line(), first.tasks().line());
        }
      }
    }
  }

  private static void giveUp(Engine engine, Claim claim, Random random) {
    if (random.nextBoolean()) {
      assertTrue(engine.tasks().giveBack(claim.token()));
      return;
    }
    Finish again =
        new Finish(
            TaskStatus.PENDING,
            Map.of(),
            true,
            Duration.ofMinutes(random.nextInt(2)),
            null,
            List.of(),
            true);
    assertTrue(engine.tasks().finish(claim.token(), again).isPresent());
  }

  @Test
  void a_log_that_is_begun_anew_or_lost_costs_nothing_but_time() throws IOException {
    TaskId before = enqueue(first, 0);
    assertEquals(List.of(before), second.tasks().line());
    Path log = directory.resolve("tasks/changes");
    // As long as it may be: the next look begins it anew.
    Files.writeString(log, Files.readString(log) + "\n".repeat(1 << 20));
    TaskId longest = enqueue(first, 0);
    assertEquals(List.of(before, longest), first.tasks().line());
    assertTrue(Files.size(log) < 1_000, "it was begun anew");
    TaskId after = enqueue(first, 5);
    assertEquals(List.of(before), ids(claimOnly(first, before)));
    assertEquals(List.of(after, longest), second.tasks().line());
    Files.delete(log);
    TaskId unseen = enqueue(first, 0);
    assertEquals(List.of(after, longest, unseen), second.tasks().line());
    assertEquals(List.of(after), ids(claim(second, 1)));
    Files.writeString(log, "half a li");
    assertEquals(List.of(longest, unseen), first.tasks().line());
    assertEquals(List.of(longest, unseen), ids(claim(second, 5)));
    assertEquals(List.of(), first.tasks().line());
  }

  private List<Claim> claimOnly(Engine engine, TaskId id) {
    return engine
        .tasks()
        .claim(new ClaimRequest(me, Set.of("agent"), Limits.none(), 1, id, record -> List.of()));
  }

  @Test
  void what_a_person_does_to_the_folder_is_seen() throws IOException {
    TaskId removed = enqueue(first, 0);
    TaskId moved = enqueue(first, 0);
    TaskId stays = enqueue(first, 0);
    assertEquals(List.of(removed, moved, stays), second.tasks().line());
    Path pending = directory.resolve("tasks/pending");
    Path away = directory.resolve("away.json");
    Files.delete(pending.resolve(removed + ".json"));
    Files.move(pending.resolve(moved + ".json"), away);
    assertEquals(List.of(stays), second.tasks().line());
    assertEquals(OptionalInt.empty(), first.tasks().position(removed));
    Files.move(away, pending.resolve(moved + ".json"), StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of(moved, stays), first.tasks().line());
    assertEquals(List.of(moved, stays), ids(claim(second, 5)));
  }

  @Test
  void a_record_that_was_changed_behind_the_index_is_planned_anew() throws IOException {
    TaskId edited = enqueue(first, 0);
    TaskId other = enqueue(first, 0);
    assertEquals(List.of(edited, other), second.tasks().line());
    Path file = directory.resolve("tasks/pending/" + edited + ".json");
    String text = Files.readString(file);
    // In place: neither the folder nor the log tells.
    Files.writeString(file, text.replace("\"agents\"", "\"other\""));
    Limits closed = Limits.none().perKey("other", 0);
    assertEquals(List.of(other), ids(claim(second, closed)), "not the key it was planned with");
    List<Claim> claims = claim(second, 1);
    assertEquals(List.of(edited), ids(claims));
    assertEquals(Map.of("message", "hello"), claims.get(0).task().input());
  }
}
