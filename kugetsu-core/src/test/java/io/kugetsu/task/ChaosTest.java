package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.internal.Insides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever several threads do with a manager in whatever order, what has to hold holds. A failure
 * names its seed; {@code -Dkugetsu.chaos.seed=<n>} runs that one alone.
 */
@Timeout(600)
class ChaosTest extends LeakFree {
  private static final int SEEDS = 200;

  @TempDir Path directory;

  @Test
  void everything_that_has_to_hold_holds_in_any_order() throws Exception {
    Long only = Long.getLong("kugetsu.chaos.seed");
    long[] seeds = only == null ? LongStream.range(0, SEEDS).toArray() : new long[] {only};
    for (long seed : seeds) {
      try {
        run(seed, Files.createDirectory(directory.resolve("seed-" + seed)));
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            "seed " + seed + " (rerun with -Dkugetsu.chaos.seed=" + seed + "): " + causes(e), e);
      }
    }
  }

  private static void run(long seed, Path directory) throws Exception {
    Chaos chaos = new Chaos(seed, directory);
    try {
      chaos.run();
      assertEquals(List.of(), chaos.ledger.wrong());
      check(chaos);
    } finally {
      chaos.ledger.obey(true);
      chaos.ledger.all().forEach(entry -> entry.work().finish("end"));
      chaos.manager().close();
      chaos.closeOther();
    }
    assertEquals(0, chaos.timers.pending(), "timers after close");
    assertEquals(List.of(), threads(), "threads after close");
    assertEquals(Set.of(), strays(chaos), "files after close of tasks that are not kept");
    chaos.engine.close();
    assertEquals(Map.of(), OsProcesses.marked(), "processes");
  }

  /** Where only the first line of a failure is shown, it has to be enough. */
  private static String causes(Throwable failure) {
    List<String> all = new ArrayList<>();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      all.add(each.toString());
    }
    return String.join("; ", all);
  }

  private static void check(Chaos chaos) throws Exception {
    Set<TaskId> kept = new TreeSet<>();
    for (TaskInfo info : chaos.manager().list()) {
      assertTrue(info.status().isTerminal(), () -> "runs still: " + info);
      assertTrue(kept.add(info.id()), () -> "listed twice: " + info);
    }
    if (!chaos.prunes) {
      assertEquals(Set.of(), minus(chaos.ledger.mustBeKept(), kept), "lost");
    }
    Set<TaskId> left = new HashSet<>(chaos.ledger.mustBeGone());
    left.retainAll(kept);
    assertEquals(Set.of(), left, "left of the foreground");
    assertEquals(List.of(), chaos.manager().active());
    assertEquals(List.of(), chaos.manager().foreground());
    assertEquals(
        List.of(),
        chaos.engine.tasks().list(EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING)),
        "records that run");
    try (ConcurrencyLimiter limiter = ConcurrencyLimiter.on(chaos.engine, Limits::none)) {
      for (LimitKey key : Chaos.LIMITS.keySet()) {
        assertEquals(0, limiter.held(key), () -> "permits held for " + key);
      }
    }
    assertEquals(List.of(0, 0), Insides.awaitNothingHeld(chaos.manager()), "runs and waits held");
    // while it prunes, the timer for the next time is not set yet
    Until.holds("one timer, for the next pruning", () -> chaos.timers.pending() == 1);
    assertEquals(0, chaos.subscription().dropped());
    assertEquals(0, chaos.subscription().failures());
    Set<String> runs = new TreeSet<>(names(chaos.directory.resolve("runs")));
    kept.forEach(id -> runs.remove(id.value()));
    assertEquals(Set.of(), runs, "files of tasks that are not kept");
    assertEquals(List.of(), names(chaos.directory.resolve("tasks/running")));
  }

  private static Set<String> strays(Chaos chaos) throws IOException {
    Set<String> runs = new TreeSet<>(names(chaos.directory.resolve("runs")));
    for (TaskRecord record : chaos.engine.tasks().list(EnumSet.allOf(TaskStatus.class))) {
      runs.remove(record.id().value());
    }
    return runs;
  }

  private static <T> Set<T> minus(Set<T> all, Set<T> without) {
    Set<T> rest = new HashSet<>(all);
    rest.removeAll(without);
    return rest;
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static List<String> threads() throws InterruptedException {
    List<String> left = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("kugetsu-")) {
        thread.join(Managers.SOON.toMillis());
        if (thread.isAlive()) {
          left.add(thread.getName());
        }
      }
    }
    return left;
  }
}
