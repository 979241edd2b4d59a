package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledJvmTest {
  private static final int ROUNDS = 10;
  private static final Set<TaskStatus> ALL = EnumSet.allOf(TaskStatus.class);
  private static final Set<TaskStatus> OPEN =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING);

  private final Set<String> enqueued = new HashSet<>();
  private final Map<String, String> keys = new HashMap<>();
  private final Set<String> finished = new HashSet<>();

  @Test
  void what_a_killed_jvm_was_told_is_there_and_nothing_is_torn(@TempDir Path directory)
      throws Exception {
    Random random = new Random(20260301);
    for (int round = 0; round < ROUNDS; round++) {
      try (ChildJvm child = new ChildJvm(CrashChild.class, directory, round)) {
        child.awaitLines(10);
        child.killAfter(random.nextInt(400));
        child.lines().forEach(this::note);
      }
      try (Engine engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe())) {
        check(engine);
      }
      assertEquals(List.of(), strays(directory), "round " + round);
    }
    assertTrue(finished.size() > ROUNDS, "the children got somewhere: " + finished.size());
  }

  @Test
  void a_killed_jvm_leaves_a_run_that_is_not_kept_whole_or_gone(@TempDir Path directory)
      throws Exception {
    Random random = new Random(20260302);
    int ended = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, Set<String>> said = new HashMap<>();
      try (ChildJvm child = new ChildJvm(ForegroundCrashChild.class, directory, round)) {
        child.awaitLines(10);
        child.killAfter(random.nextInt(400));
        for (String line : child.lines()) {
          String[] words = line.split(" ");
          said.computeIfAbsent(words[0], any -> new HashSet<>()).add(words[1]);
        }
      }
      try (Engine engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe())) {
        checkNotKept(engine, said);
        engine.tasks().prune(Instant.EPOCH, 0, task -> false);
      }
      ended += said.getOrDefault("ended", Set.of()).size();
      assertEquals(List.of(), files(directory.resolve("tasks/keys")), "keys");
      assertEquals(List.of(), files(directory.resolve("tasks/running")), "running");
      assertEquals(List.of(), files(directory.resolve("tasks/done")), "done");
      assertEquals(List.of(), strays(directory), "round " + round);
    }
    assertTrue(ended > ROUNDS, "the children got somewhere: " + ended);
  }

  private static void checkNotKept(Engine engine, Map<String, Set<String>> said) {
    for (String id : said.getOrDefault("accepted", Set.of())) {
      Optional<TaskRecord> task = engine.tasks().find(new TaskId(id));
      boolean ending = said.getOrDefault("ending", Set.of()).contains(id);
      boolean detached = said.getOrDefault("detached", Set.of()).contains(id);
      if (detached && task.isPresent() && task.get().status().isTerminal()) {
        assertTrue(ending, "what was detached is kept, and ended when it was to");
      } else if (said.getOrDefault("ended", Set.of()).contains(id)) {
        assertFalse(detached, "it was acknowledged as detached, and is not kept");
        assertEquals(Optional.empty(), task, "it was acknowledged as gone");
      } else if (task.isEmpty()) {
        assertTrue(ending, id + " is gone before its end");
      } else {
        assertFalse(task.get().status().isTerminal(), "nobody ever finds it ended");
        assertTrue(task.get().detached() || !detached, "it was acknowledged as detached");
        assertTrue(
            task.get().owner() != null
                || task.get().status() == TaskStatus.PENDING
                || said.getOrDefault("releasing", Set.of()).contains(id),
            "nobody let go of it");
      }
    }
    List<TaskRecord> left = engine.tasks().list(OPEN);
    assertTrue(left.size() <= 1, "one at a time: " + left);
    Owner me = Engines.newOwner();
    List<Claim> claims = engine.tasks().claim(ForegroundCrashChild.request(me, 1));
    assertEquals(
        left.stream().map(TaskRecord::id).toList(),
        claims.stream().map(claim -> claim.task().id()).toList());
    for (Claim claim : claims) {
      assertEquals(left.get(0).status() != TaskStatus.PENDING, claim.orphaned());
      TaskRecord unused =
          engine.tasks().finish(claim.token(), ForegroundCrashChild.GONE).orElseThrow();
    }
    assertEquals(List.of(), engine.tasks().list(OPEN));
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::toString).toList();
    }
  }

  private void note(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "enqueued" -> {
        enqueued.add(words[1]);
        keys.put(words[2], words[1]);
      }
      case "finished" -> assertTrue(finished.add(words[1]), words[1] + " ended twice");
      case "claimed" -> assertFalse(finished.contains(words[1]), words[1] + " ran again");
      default -> throw new AssertionError(line);
    }
  }

  private void check(Engine engine) {
    Map<String, TaskRecord> tasks = new HashMap<>();
    engine.tasks().list(ALL).forEach(task -> tasks.put(task.id().value(), task));
    assertTrue(tasks.keySet().containsAll(enqueued), "an acknowledged enqueue is lost");
    Set<String> told =
        engine.notifications().list(false).stream()
            .map(NotificationRecord::id)
            .collect(Collectors.toSet());
    Map<String, String> session = engine.sessions().find(CrashChild.SESSION).orElseThrow().fields();
    for (TaskRecord task : tasks.values()) {
      String id = task.id().value();
      boolean done = task.status() == TaskStatus.COMPLETED;
      assertTrue(done || !finished.contains(id), id + " was acknowledged as ended");
      assertTrue(told.contains(id + "-queued"), id + " was accepted without its notification");
      assertEquals(done, told.contains(id + "-done"), id + " and its notification");
      assertEquals(done, session.containsKey(id), id + " and its session");
    }
    keys.remove("-");
    keys.forEach((key, id) -> checkKey(engine, key, id));
    settleOrphans(engine);
  }

  private static void checkKey(Engine engine, String key, String id) {
    Enqueued again = engine.tasks().enqueue(CrashChild.task(TaskId.next(Clock.systemUTC()), key));
    assertFalse(again.created(), key);
    assertEquals(id, again.task().id().value(), key);
  }

  private void settleOrphans(Engine engine) {
    List<TaskRecord> running = engine.tasks().list(Set.of(TaskStatus.RUNNING));
    Owner me = Engines.newOwner();
    List<Claim> orphans = engine.tasks().claim(CrashChild.request(me, 0));
    assertEquals(
        running.stream().map(TaskRecord::id).collect(Collectors.toSet()),
        orphans.stream().map(claim -> claim.task().id()).collect(Collectors.toSet()));
    assertEquals(List.of(), engine.tasks().claim(CrashChild.request(me, 0)));
    for (Claim orphan : orphans) {
      assertTrue(orphan.orphaned());
      TaskId id = orphan.task().id();
      assertTrue(engine.tasks().finish(orphan.token(), CrashChild.finish(id)).isPresent());
      finished.add(id.value());
    }
  }

  private static List<String> strays(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .map(Path::toString)
          .filter(name -> name.endsWith(".tmp") || name.contains("corrupt"))
          .toList();
    }
  }
}
