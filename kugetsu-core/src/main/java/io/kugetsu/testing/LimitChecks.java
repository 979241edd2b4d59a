package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Headroom;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Limits, one claimer at a time. */
final class LimitChecks {
  private LimitChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("no key runs more than its limit", LimitChecks::full));
    checks.add(always("a full key never blocks others", LimitChecks::othersPass));
    checks.add(always("a limit of zero pauses a key", LimitChecks::paused));
    checks.add(always("changed limits count at the next claim", LimitChecks::changed));
    checks.add(always("a run that is being stopped still counts", LimitChecks::stoppingCounts));
    checks.add(always("no more start than there is headroom for", LimitChecks::headroom));
    checks.add(always("what was given back or retried frees its keys", LimitChecks::freed));
  }

  private static void full(Bench bench) {
    Limits limits = Limits.of(3).perKey("repo:*", 2).perKey("repo:y", 1);
    TaskId x1 = bench.task("agents", "repo:x").enqueue();
    TaskId x2 = bench.task("agents", "repo:x").enqueue();
    TaskId x3 = bench.task("agents", "repo:x").enqueue();
    TaskId y1 = bench.task("agents", "repo:y").enqueue();
    TaskId y2 = bench.task("agents", "repo:y").enqueue();
    List<Claim> claims = bench.claim(bench.me, limits, 10);
    same(List.of(x1, x2, y1), ids(claims), "first");
    same(List.of(), bench.claim(bench.me, limits, 10), "while all are full");
    bench.engine.tasks().finish(claims.get(0).token(), completed());
    same(List.of(x3), ids(bench.claim(bench.me, limits, 10)), "after an end in x");
    bench.engine.tasks().finish(claims.get(2).token(), completed());
    same(List.of(y2), ids(bench.claim(bench.me, limits, 10)), "after an end in y");
  }

  private static void othersPass(Bench bench) {
    Limits limits = Limits.of(5).perKey("repo:x", 1);
    TaskId x1 = bench.task("agents", "repo:x").enqueue();
    TaskId x2 = bench.task("agents", "repo:x").priority(9).enqueue();
    TaskId y = bench.task("agents", "repo:y").enqueue();
    TaskId x3 = bench.task("agents", "repo:x").enqueue();
    List<Claim> claims = bench.claim(bench.me, limits, 10);
    same(List.of(x2, y), ids(claims), "the full key is passed over");
    bench.engine.tasks().finish(claims.get(0).token(), completed());
    claims = bench.claim(bench.me, limits, 10);
    same(List.of(x1), ids(claims), "in order within the key");
    bench.engine.tasks().finish(claims.get(0).token(), completed());
    same(List.of(x3), ids(bench.claim(bench.me, limits, 10)), "at last");
  }

  private static void paused(Bench bench) {
    TaskId id = bench.task("provider:p").enqueue();
    Limits paused = Limits.none().perKey("provider:*", 0);
    same(List.of(), bench.claim(bench.me, paused, 10), "paused");
    same(List.of(id), ids(bench.claim(bench.me, Limits.none(), 10)), "no longer paused");
  }

  private static void changed(Bench bench) {
    for (int i = 0; i < 6; i++) {
      bench.task("agents").enqueue();
    }
    List<Claim> first = bench.claim(bench.me, Limits.of(3), 10);
    same(3, first.size(), "first");
    same(List.of(), bench.claim(bench.me, Limits.of(1), 10), "lowered");
    RunUpdate goesOn = new RunUpdate(null, true, Map.of(), List.of());
    for (Claim claim : first) {
      that(bench.engine.tasks().update(claim.token(), goesOn), "lowering ends nothing");
    }
    bench.engine.tasks().finish(first.get(0).token(), completed());
    bench.engine.tasks().finish(first.get(1).token(), completed());
    same(List.of(), bench.claim(bench.me, Limits.of(1), 10), "one still runs");
    same(2, bench.claim(bench.me, Limits.of(3), 10).size(), "raised again");
    same(1, bench.claim(bench.me, Limits.none(), 10).size(), "without a limit");
  }

  private static void stoppingCounts(Bench bench) {
    TaskId first = bench.task("agents").enqueue();
    TaskId second = bench.task("agents").enqueue();
    Claim claim = bench.claim(bench.me, Limits.of(1), 1).get(0);
    bench.engine.tasks().stopping(first, 1, StopReason.user(""));
    same(List.of(), bench.claim(bench.me, Limits.of(1), 1), "while it is being stopped");
    bench.engine.tasks().finish(claim.token(), Bench.finish(TaskStatus.INTERRUPTED, null));
    same(List.of(second), ids(bench.claim(bench.me, Limits.of(1), 1)), "after its end");
  }

  private static void headroom(Bench bench) {
    TaskId first = bench.task("agents").enqueue();
    TaskId second = bench.task("agents").enqueue();
    TaskId other = bench.task("build").enqueue();
    same(List.of(other), ids(claimWith(bench, 0)), "none more of one key");
    same(List.of(first), ids(claimWith(bench, 1)), "one more, whatever runs");
    same(List.of(), claimWith(bench, 1), "while that one may not hold yet what it will");
    bench.clock.advance(Headroom.UNSEEN);
    Admission admission =
        bench
            .engine
            .tasks()
            .admit(bench.task("agents").build(), bench.withHeadroom(new Headroom(1, "scarce")));
    that(admission instanceof Admission.Refused, "what waits keeps the headroom");
    same("scarce", ((Admission.Refused) admission).why(), "the reason");
    same(List.of(second), ids(claimWith(bench, 1)), "one more again");
  }

  private static List<Claim> claimWith(Bench bench, int more) {
    return bench.engine.tasks().claim(bench.withHeadroom(new Headroom(more, "scarce")));
  }

  private static void freed(Bench bench) {
    TaskId first = bench.task("agents").enqueue();
    bench.task("agents").enqueue();
    Claim claim = bench.claim(bench.me, Limits.of(1), 1).get(0);
    bench.engine.tasks().giveBack(claim.token());
    Claim again = bench.claim(bench.me, Limits.of(1), 1).get(0);
    same(first, again.task().id(), "after it was given back");
    bench.engine.tasks().finish(again.token(), Bench.retry(Duration.ZERO));
    same(List.of(first), ids(bench.claim(bench.me, Limits.of(1), 1)), "after the retry");
  }
}
