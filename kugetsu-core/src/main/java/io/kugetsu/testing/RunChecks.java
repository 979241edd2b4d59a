package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run from its claim to its end. */
final class RunChecks {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private RunChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a run's record tells its way", RunChecks::way));
    checks.add(always("a retry waits its delay and keeps its place", RunChecks::retry));
    checks.add(always("a claim that is given back keeps its place", RunChecks::giveBack));
    checks.add(always("a stop is stated once, for the present run only", RunChecks::stop));
    checks.add(always("a run that is being stopped only ends", RunChecks::stoppingOnlyEnds));
    checks.add(always("a fenced token changes nothing", RunChecks::fenced));
    checks.add(always("owed notifications are told once, with the step", RunChecks::owed));
    checks.add(always("what a claim owes is told with the claim", RunChecks::owedByClaim));
    checks.add(always("what was read stays read", RunChecks::read));
  }

  private static void way(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().enqueue();
    bench.clock.advance(MINUTE);
    Claim claim = bench.claimOne();
    same(TaskStatus.RUNNING, claim.task().status(), "status");
    same(1L, claim.token().epoch(), "epoch");
    same(bench.me, claim.task().owner(), "owner");
    same(new Holder.Instance(bench.me), claim.task().holder(), "holder");
    same(bench.clock.instant(), claim.task().claimedAt(), "claimedAt");
    that(!claim.orphaned(), "it is to be run");
    bench.clock.advance(MINUTE);
    Holder process = new Holder.OfProcess(4711, 12, "boot");
    RunUpdate started = new RunUpdate(process, true, Map.of("a", "1", "b", "1"), List.of());
    that(tasks.update(claim.token(), started), "updated");
    bench.clock.advance(MINUTE);
    that(tasks.update(claim.token(), new RunUpdate(null, true, Map.of("b", "2"), List.of())), "");
    TaskRecord running = bench.find(id);
    same(process, running.holder(), "holder");
    same(bench.clock.instant().minus(MINUTE), running.startedAt(), "the first start counts");
    same(Map.of("a", "1", "b", "2"), running.progress(), "progress");
    TaskRecord ended = tasks.finish(claim.token(), completed()).orElseThrow();
    same(bench.find(id), ended, "what finish returns");
    same(TaskStatus.COMPLETED, ended.status(), "status");
    same(bench.clock.instant(), ended.endedAt(), "endedAt");
    same(Map.of("why", "test"), ended.outcome(), "outcome");
    same(1, ended.attempts(), "attempts");
    same(null, ended.owner(), "owner");
    same(null, ended.holder(), "holder");
    that(ended.revision() > running.revision(), "the revision grows");
  }

  private static void retry(Bench bench) {
    TaskId first = bench.task().enqueue();
    TaskId second = bench.task().enqueue();
    Claim claim = bench.claimOne();
    TaskRecord again =
        bench.engine.tasks().finish(claim.token(), Bench.retry(MINUTE)).orElseThrow();
    same(TaskStatus.PENDING, again.status(), "status");
    same(1, again.attempts(), "attempts");
    same(List.of(second), ids(bench.claim(5)), "before the delay is over");
    TaskId third = bench.task().enqueue();
    bench.clock.advance(MINUTE);
    List<Claim> claims = bench.claim(5);
    same(List.of(first, third), ids(claims), "after the delay");
    same(2L, claims.get(0).token().epoch(), "epoch");
    Finish free =
        new Finish(TaskStatus.PENDING, Map.of(), false, Duration.ZERO, null, List.of(), true);
    bench.engine.tasks().finish(claims.get(0).token(), free);
    same(1, bench.find(first).attempts(), "an end that does not count");
  }

  private static void giveBack(Bench bench) {
    TaskId first = bench.task().enqueue();
    TaskId second = bench.task().enqueue();
    Claim claim = bench.claimOne();
    that(bench.engine.tasks().giveBack(claim.token()), "given back");
    TaskRecord task = bench.find(first);
    same(TaskStatus.PENDING, task.status(), "status");
    same(0, task.attempts(), "attempts");
    same(null, task.owner(), "owner");
    same(List.of(first, second), ids(bench.claim(5)), "handed out");
    same(2L, bench.find(first).epoch(), "epoch");
  }

  private static void stop(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().enqueue();
    StopReason reason = StopReason.user("enough");
    that(!tasks.stopping(id, 0, reason), "nothing runs yet");
    Claim claim = bench.claimOne();
    that(!tasks.stopping(id, 2, reason), "not that run");
    that(tasks.stopping(id, 1, reason), "stopping");
    that(tasks.stopping(id, 1, StopReason.user("another")), "stopping already");
    same(TaskStatus.STOPPING, bench.find(id).status(), "status");
    same(reason, bench.find(id).stop(), "the first reason counts");
    tasks.finish(claim.token(), Bench.finish(TaskStatus.INTERRUPTED, null));
    that(!tasks.stopping(id, 1, reason), "it is over");
    same(reason, bench.find(id).stop(), "the reason is kept");
  }

  private static void stoppingOnlyEnds(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().enqueue();
    Claim claim = bench.claimOne();
    tasks.stopping(id, 1, StopReason.user(""));
    refused(() -> tasks.giveBack(claim.token()));
    refused(() -> tasks.finish(claim.token(), Bench.retry(Duration.ZERO)));
    same(TaskStatus.STOPPING, bench.find(id).status(), "status");
    that(tasks.finish(claim.token(), completed()).isPresent(), "it can end");
  }

  private static void refused(Runnable call) {
    try {
      call.run();
    } catch (InvalidRequestException e) {
      return;
    }
    throw new AssertionError("a run that is being stopped went back to pending");
  }

  private static void fenced(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().enqueue();
    Claim old = bench.claimOne();
    tasks.giveBack(old.token());
    Claim present = bench.claimOne();
    fencedOff(bench, old.token());
    fencedOff(bench, new ClaimToken(id, present.token().epoch(), "somebody else"));
    fencedOff(bench, new ClaimToken(id, present.token().epoch() + 1, bench.me.instance()));
    fencedOff(bench, new ClaimToken(TaskId.next(bench.clock), 1, bench.me.instance()));
    tasks.finish(present.token(), completed());
    fencedOff(bench, present.token());
  }

  private static void fencedOff(Bench bench, ClaimToken token) {
    TaskStore tasks = bench.engine.tasks();
    TaskRecord before = tasks.find(token.task()).orElse(null);
    RunUpdate update =
        new RunUpdate(null, true, Map.of("x", "y"), List.of(bench.notification("n")));
    that(!tasks.update(token, update), "update is fenced off");
    that(!tasks.giveBack(token), "giveBack is fenced off");
    that(!tasks.release(token), "release is fenced off");
    that(tasks.finish(token, completed()).isEmpty(), "finish is fenced off");
    same(before, tasks.find(token.task()).orElse(null), "the record");
    same(List.of(), bench.notifications(), "notifications");
  }

  private static void owed(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    bench.task().owing("queued").enqueue();
    same(List.of("queued"), bench.notifications(), "after the enqueue");
    Claim claim = bench.claimOne();
    bench.clock.advance(MINUTE);
    RunUpdate update =
        new RunUpdate(
            null,
            true,
            Map.of(),
            List.of(bench.notification("started"), bench.notification("queued")));
    tasks.update(claim.token(), update);
    same(List.of("queued", "started"), bench.notifications(), "while it runs");
    bench.clock.advance(MINUTE);
    Finish end =
        new Finish(
            TaskStatus.COMPLETED,
            Map.of(),
            true,
            Duration.ZERO,
            null,
            List.of(bench.notification("done")),
            true);
    tasks.finish(claim.token(), end);
    same(List.of("queued", "started", "done"), bench.notifications(), "after the end");
  }

  private static void owedByClaim(Bench bench) {
    TaskId id = bench.task().enqueue();
    List<Claim> claims =
        bench
            .engine
            .tasks()
            .claim(
                new ClaimRequest(
                    bench.me,
                    Set.of(Bench.KIND),
                    Bench.NO_LIMITS,
                    1,
                    null,
                    record -> List.of(bench.notification("dequeued-" + record.epoch()))));
    same(List.of(id), ids(claims), "claims");
    same(List.of("dequeued-1"), bench.notifications(), "notifications");
  }

  private static void read(Bench bench) {
    bench.task().owing("a", "b").enqueue();
    same(1, bench.engine.notifications().markRead(List.of("a", "a", "unknown")), "marked");
    same(0, bench.engine.notifications().markRead(List.of("a")), "marked again");
    same(1, bench.engine.notifications().list(true).size(), "unread while it waits");
    bench.engine.tasks().finish(bench.claimOne().token(), completed());
    same(1, bench.engine.notifications().list(true).size(), "unread after its end");
    same(1, bench.engine.notifications().markRead(List.of("a", "b")), "marked at last");
    same(List.of("a", "b"), bench.notifications(), "all");
  }
}
