package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.Limits;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.Faults;
import io.kugetsu.support.InMemory;
import io.kugetsu.support.LeakFree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** So much waits that names are compared only now and then, and what is not told stays unknown. */
class ManyPendingFilesTest extends LeakFree {
  private static final int MANY = 210;
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir(factory = InMemory.class)
  private Path directory;

  private final Owner me = Engines.newOwner();
  private Engine first;
  private Engine second;

  @BeforeEach
  void open() {
    first = Engines.files(directory, CLOCK, Engines.localProbe());
    second = Engines.files(directory, CLOCK, Engines.localProbe());
    for (int i = 0; i < MANY; i++) {
      first.tasks().enqueue(task("other"));
    }
  }

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  private static NewTask task(String kind) {
    return new NewTask(
        TaskId.next(CLOCK), kind, true, 0, Set.of(), null, null, null, null, Map.of(), List.of());
  }

  private List<Claim> claim(Engine engine) {
    return engine
        .tasks()
        .claim(new ClaimRequest(me, Set.of("agent"), Limits.none(), 1, null, record -> List.of()));
  }

  private static int lastAppend(List<String> steps) {
    for (int i = steps.size() - 1; ; i--) {
      if (steps.get(i).startsWith("APPEND")) {
        return i;
      }
    }
  }

  @Test
  void a_parent_awaits_a_child_whose_starter_died_before_it_could_say_so() {
    first.tasks().enqueue(task("agent"));
    Claim counted = claim(first).get(0);
    TaskId parent = first.tasks().enqueue(task("agent")).task().id();
    Claim run = claim(first).get(0);
    assertEquals(parent, run.task().id());
    int last;
    try (Faults faults = Faults.none()) {
      first.tasks().enqueue(task("other").childOf(counted.task().id(), SpawnLimits.DEFAULT));
      last = lastAppend(faults.steps());
    }
    assertEquals(MANY + 1, second.tasks().line().size());
    NewTask child = task("other").childOf(parent, SpawnLimits.DEFAULT);
    try (Faults faults = Faults.killAt(last)) {
      assertThrows(Faults.Killed.class, () -> first.tasks().enqueue(child));
    }
    assertEquals(
        TaskStatus.AWAITING,
        second.tasks().finish(run.token(), end()).orElseThrow().status(),
        "its child is there");
    assertEquals(List.of(), claim(second), "the parent awaits a child that has not ended");
  }

  private static Finish end() {
    return new Finish(TaskStatus.COMPLETED, Map.of(), true, Duration.ZERO, null, List.of(), true);
  }

  @Test
  void who_begins_to_look_while_somebody_is_at_it_misses_nothing() throws Exception {
    TaskId taken = first.tasks().enqueue(task("agent")).task().id();
    int announced;
    TaskId another = first.tasks().enqueue(task("agent")).task().id();
    try (Faults faults = Faults.none()) {
      assertTrue(first.tasks().cancel(another, StopReason.user("")).isPresent());
      announced = lastAppend(faults.steps());
    }
    CompletableFuture<List<TaskId>> seen = new CompletableFuture<>();
    CompletableFuture<Void> never = new CompletableFuture<>();
    try (Faults faults =
        Faults.doAt(
            announced + 1,
            () -> {
              new Thread(() -> seen.complete(second.tasks().line()), "test-looks").start();
              // Time to read what is there, and to wait for the lock.
              assertThrows(TimeoutException.class, () -> never.get(300, TimeUnit.MILLISECONDS));
            })) {
      assertTrue(first.tasks().cancel(taken, StopReason.user("")).isPresent());
    }
    assertFalse(seen.get(60, TimeUnit.SECONDS).contains(taken), "it was taken back");
  }

  @Test
  void a_record_that_cannot_be_read_hides_none_of_the_others() throws IOException {
    assertEquals(MANY, second.tasks().line().size());
    TaskId bad = first.tasks().enqueue(task("other")).task().id();
    TaskId good = first.tasks().enqueue(task("agent")).task().id();
    Path file = directory.resolve("tasks/pending/" + bad + ".json");
    Path away = directory.resolve("away");
    Files.move(file, away);
    Files.createDirectory(file);
    assertThrows(StorageException.class, () -> second.tasks().line(), "it may pass");
    assertEquals(MANY + 1, second.tasks().line().size());
    assertEquals(good, claim(second).get(0).task().id());
    Files.delete(file);
    Files.move(away, file);
    assertTrue(second.tasks().line().contains(bad));
  }
}
