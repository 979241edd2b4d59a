package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs whose owner is dead. */
final class OrphanChecks {
  private static final Limits ONE = Limits.of(1);

  private OrphanChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a dead owner's run is handed out once, to be settled", OrphanChecks::once));
    checks.add(always("a run that is being settled holds no permit", OrphanChecks::settlingIsFree));
    checks.add(always("a dead run of a living owner still counts", OrphanChecks::livingOwner));
    checks.add(always("a dead owner's living run still counts", OrphanChecks::livingRun));
    checks.add(always("whoever settles may die too", OrphanChecks::settlerDies));
    checks.add(always("a session waits until its dead run is settled", OrphanChecks::session));
    checks.add(always("settling may end in another try", OrphanChecks::retried));
  }

  private static Claim runningBy(Bench bench, Owner owner, String... keys) {
    bench.task(keys).enqueue();
    return bench.claim(owner, ONE, 1).get(0);
  }

  private static void once(Bench bench) {
    Owner gone = Bench.owner();
    Claim old = runningBy(bench, gone, "agents");
    TaskId next = bench.task("agents").enqueue();
    same(List.of(), bench.claim(bench.me, ONE, 5), "while its owner lives");
    bench.kill(gone);
    List<Claim> claims = bench.claim(bench.me, ONE, 5);
    same(List.of(old.task().id(), next), ids(claims), "orphan first, and it does not count");
    that(claims.get(0).orphaned() && !claims.get(1).orphaned(), "only the first is to be settled");
    same(old.token().epoch(), claims.get(0).token().epoch(), "the same epoch");
    same(old.task().holder(), claims.get(0).task().holder(), "the evidence is kept");
    same(List.of(), bench.claim(bench.me, ONE, 5), "it is handed out once");
    same(List.of(), bench.claim(Bench.owner(), ONE, 5), "to one only");
    that(
        bench.engine.tasks().finish(old.token(), completed()).isEmpty(), "the old token is fenced");
    that(
        bench
            .engine
            .tasks()
            .finish(claims.get(0).token(), Bench.finish(TaskStatus.LOST, null))
            .isPresent(),
        "the new one is good");
  }

  private static void settlingIsFree(Bench bench) {
    Owner gone = Bench.owner();
    Claim old = runningBy(bench, gone, "agents");
    TaskId next = bench.task("agents").enqueue();
    bench.kill(gone);
    same(List.of(old.task().id()), ids(bench.claim(bench.me, ONE, 0)), "to be settled");
    Claim claim = bench.claim(bench.me, ONE, 5).get(0);
    same(next, claim.task().id(), "what is being settled holds nothing");
    same(List.of(), bench.claim(bench.me, ONE, 5), "the new one does");
  }

  private static void livingOwner(Bench bench) {
    Claim claim = runningBy(bench, bench.me, "agents");
    Holder process = new Holder.OfProcess(1, 2, "boot");
    bench.engine.tasks().update(claim.token(), new RunUpdate(process, true, Map.of(), List.of()));
    bench.kill(process);
    bench.task("agents").enqueue();
    same(List.of(), bench.claim(bench.me, ONE, 5), "until its owner says so");
  }

  private static void livingRun(Bench bench) {
    Owner gone = Bench.owner();
    Claim claim = runningBy(bench, gone, "agents");
    Holder process = new Holder.OfProcess(1, 2, "boot");
    bench.engine.tasks().update(claim.token(), new RunUpdate(process, true, Map.of(), List.of()));
    TaskId next = bench.task("agents").enqueue();
    bench.kill(gone);
    List<Claim> over = bench.claim(bench.me, ONE, 5);
    same(List.of(claim.task().id()), ids(over), "taken over, and nothing beside it");
    that(over.get(0).orphaned(), "it is not to be run again");
    same(List.of(), bench.claim(bench.me, ONE, 5), "handed out once, and it still counts");
    bench.engine.tasks().finish(over.get(0).token(), Bench.completed());
    same(List.of(next), ids(bench.claim(bench.me, ONE, 5)), "when it has ended");
  }

  private static void settlerDies(Bench bench) {
    Owner gone = Bench.owner();
    TaskId id = runningBy(bench, gone, "agents").task().id();
    bench.kill(gone);
    Owner settler = Bench.owner();
    same(List.of(id), ids(bench.claim(settler, ONE, 0)), "to the first");
    bench.kill(settler);
    List<Claim> claims = bench.claim(bench.me, ONE, 0);
    same(List.of(id), ids(claims), "to the second");
    that(claims.get(0).orphaned(), "to be settled");
  }

  private static void session(Bench bench) {
    SessionKey session = Bench.session("a");
    String key = LimitKey.session(session).value();
    Owner gone = Bench.owner();
    bench.task(key).session(session).enqueue();
    bench.claim(gone, ONE, 1);
    TaskId next = bench.task(key).session(session).enqueue();
    bench.kill(gone);
    List<Claim> claims = bench.claim(bench.me, ONE, 5);
    same(1, claims.size(), "only the orphan");
    same(List.of(), bench.claim(bench.me, ONE, 5), "until it is settled");
    bench.engine.tasks().finish(claims.get(0).token(), Bench.finish(TaskStatus.LOST, null));
    same(List.of(next), ids(bench.claim(bench.me, ONE, 5)), "afterwards");
  }

  private static void retried(Bench bench) {
    Owner gone = Bench.owner();
    TaskId id = runningBy(bench, gone, "agents").task().id();
    TaskId later = bench.task("agents").enqueue();
    bench.kill(gone);
    Claim orphan = bench.claim(bench.me, ONE, 0).get(0);
    bench.engine.tasks().finish(orphan.token(), Bench.retry(Duration.ZERO));
    List<Claim> claims = bench.claim(bench.me, Limits.of(2), 5);
    same(List.of(id, later), ids(claims), "it kept its place");
    same(2L, claims.get(0).token().epoch(), "epoch");
    that(!claims.get(0).orphaned(), "it is to be run");
  }
}
