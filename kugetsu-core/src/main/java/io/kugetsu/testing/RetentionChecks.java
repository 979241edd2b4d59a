package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How records go that nobody needs any more. */
final class RetentionChecks {
  private static final int ALL = Integer.MAX_VALUE;

  private RetentionChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("only a task that has ended can be forgotten", RetentionChecks::forgotten));
    checks.add(always("a forgotten task's idempotency key is free", RetentionChecks::key));
    checks.add(always("pruning removes what ended too long ago", RetentionChecks::byAge));
    checks.add(always("pruning leaves the last ended ones", RetentionChecks::byNumber));
    checks.add(always("pruning leaves alone what has not ended", RetentionChecks::open));
    checks.add(always("what is spared stays and counts", RetentionChecks::spared));
    checks.add(always("pruning decides first and removes then", RetentionChecks::decides));
    checks.add(always("pruning takes keys along and untells nothing", RetentionChecks::rest));
  }

  private static void forgotten(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().owing("told").enqueue();
    that(!tasks.forget(id), "a pending one is kept");
    Claim claim = bench.claimOne();
    that(!tasks.forget(id), "a running one is kept");
    tasks.finish(claim.token(), completed());
    that(tasks.forget(id), "an ended one goes");
    that(!tasks.forget(id), "it is gone");
    same(Optional.empty(), tasks.find(id), "its record");
    same(List.of("told"), bench.notifications(), "its notifications");
  }

  private static void key(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().idempotencyKey("k").enqueue();
    tasks.finish(bench.claimOne().token(), completed());
    that(tasks.forget(id), "forgotten");
    Enqueued again = tasks.enqueue(bench.task().idempotencyKey("k").build());
    that(again.created(), "the key is free");
    same(again.task().id(), bench.task().idempotencyKey("k").enqueue(), "and taken again");
  }

  /** Tasks that ended a minute after each other, but in another order than they were accepted. */
  private static List<TaskId> ended(Bench bench, int count) {
    List<Claim> claims = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      bench.task().enqueue();
      claims.add(0, bench.claimOne());
    }
    for (Claim claim : claims) {
      bench.engine.tasks().finish(claim.token(), completed());
      bench.clock.advance(Duration.ofMinutes(1));
    }
    return Bench.ids(claims);
  }

  private static Set<TaskId> left(Bench bench) {
    Set<TaskId> left = new HashSet<>();
    bench.engine.tasks().list(EnumSet.allOf(TaskStatus.class)).forEach(it -> left.add(it.id()));
    return left;
  }

  private static void byAge(Bench bench) {
    List<TaskId> ids = ended(bench, 4);
    Instant third = endOf(bench, ids.get(2));
    same(ids.subList(0, 2), bench.engine.tasks().prune(third, ALL, it -> false), "removed");
    same(Set.copyOf(ids.subList(2, 4)), left(bench), "left");
    same(Optional.empty(), bench.engine.tasks().find(ids.get(0)), "the first");
    same(List.of(), bench.engine.tasks().prune(third, ALL, it -> false), "removed then");
  }

  private static Instant endOf(Bench bench, TaskId id) {
    Instant end = bench.find(id).endedAt();
    if (end == null) {
      throw new AssertionError(id + " has not ended");
    }
    return end;
  }

  private static void byNumber(Bench bench) {
    List<TaskId> ids = ended(bench, 5);
    TaskStore tasks = bench.engine.tasks();
    same(List.of(), tasks.prune(Instant.EPOCH, 5, it -> false), "when there is room");
    same(ids.subList(0, 2), tasks.prune(Instant.EPOCH, 3, it -> false), "the oldest-ended");
    Instant end = endOf(bench, ids.get(3));
    same(ids.subList(2, 4), tasks.prune(end, 1, it -> false), "by age and by number");
    same(List.of(ids.get(4)), tasks.prune(Instant.EPOCH, 0, it -> false), "the last one");
    try {
      tasks.prune(Instant.EPOCH, -1, it -> false);
    } catch (IllegalArgumentException e) {
      return;
    }
    throw new AssertionError("fewer than none were left");
  }

  private static void open(Bench bench) {
    TaskId cancelled = bench.task().enqueue();
    bench.engine.tasks().cancel(cancelled, StopReason.user(""));
    TaskId running = bench.task().enqueue();
    bench.claimOne();
    TaskId stopping = bench.task().enqueue();
    bench.claimOne();
    bench.engine.tasks().stopping(stopping, 1, StopReason.user(""));
    TaskId again = bench.task().enqueue();
    bench.engine.tasks().finish(bench.claimOne().token(), Bench.retry(Duration.ZERO));
    same(List.of(cancelled), bench.engine.tasks().prune(Instant.MAX, 0, it -> false), "removed");
    same(Set.of(running, stopping, again), left(bench), "left");
  }

  private static void spared(Bench bench) {
    List<TaskId> ids = ended(bench, 5);
    TaskStore tasks = bench.engine.tasks();
    TaskId needed = ids.get(1);
    same(
        List.of(ids.get(0), ids.get(2)),
        tasks.prune(Instant.EPOCH, 3, it -> it.id().equals(needed)),
        "the next ones go instead");
    same(
        List.of(ids.get(3), ids.get(4)),
        tasks.prune(Instant.MAX, 0, it -> it.id().equals(needed)),
        "all others");
    same(Set.of(needed), left(bench), "left");
    // It is asked where no lock is held: it may look at the store.
    same(
        List.of(needed),
        tasks.prune(Instant.MAX, 0, it -> tasks.find(it.id()).isEmpty()),
        "at last");
  }

  private static void decides(Bench bench) {
    List<TaskId> ids = ended(bench, 2);
    try {
      bench.engine.tasks().prune(Instant.MAX, 0, it -> fails(it, ids.get(1)));
    } catch (IllegalStateException e) {
      same(Set.copyOf(ids), left(bench), "left");
      return;
    }
    throw new AssertionError("what was thrown did not come out");
  }

  private static boolean fails(TaskRecord task, TaskId at) {
    if (task.id().equals(at)) {
      throw new IllegalStateException("cannot say");
    }
    return false;
  }

  private static void rest(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().owing("told").idempotencyKey("k").enqueue();
    tasks.finish(bench.claimOne().token(), completed());
    same(List.of(id), tasks.prune(Instant.MAX, 0, it -> false), "removed");
    same(List.of("told"), bench.notifications(), "notifications");
    that(tasks.enqueue(bench.task().idempotencyKey("k").build()).created(), "the key is free");
  }
}
