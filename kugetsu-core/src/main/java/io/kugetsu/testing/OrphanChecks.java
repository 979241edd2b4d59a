package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs whose owner is dead, and those that their owner let go of. */
final class OrphanChecks {
  private static final Limits ONE = Limits.of(1);
  private static final Holder TREE = new Holder.Supervised(11, 12, "boot", "mark");

  private OrphanChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a dead owner's run is handed out once, to be settled", OrphanChecks::once));
    checks.add(always("a run that is being settled holds no permit", OrphanChecks::settlingIsFree));
    checks.add(always("a dead run of a living owner still counts", OrphanChecks::livingOwner));
    checks.add(always("a dead owner's living run still counts", OrphanChecks::livingRun));
    checks.add(always("whoever settles may die too", OrphanChecks::settlerDies));
    checks.add(always("a session waits until its dead run is settled", OrphanChecks::session));
    checks.add(always("settling may end in another try", OrphanChecks::retried));
    checks.add(always("a released run goes on and is handed out once", OrphanChecks::released));
    checks.add(always("a released run counts while it lives", OrphanChecks::releasedCounts));
    checks.add(always("a released run that is being stopped stays so", OrphanChecks::stopping));
    checks.add(always("a released run's session waits for it", OrphanChecks::releasedSession));
    checks.add(always("subscribers hear of a release", OrphanChecks::hint));
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

  private static Claim released(Bench bench, Holder holder) {
    bench.task("agents").enqueue();
    Claim claim = bench.claim(bench.me, ONE, 1).get(0);
    RunUpdate started = new RunUpdate(holder, true, Map.of("a", "b"), List.of());
    bench.engine.tasks().update(claim.token(), started);
    that(bench.engine.tasks().release(claim.token()), "released");
    return claim;
  }

  private static void released(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    Claim old = released(bench, TREE);
    TaskId id = old.task().id();
    TaskRecord task = bench.find(id);
    same(TaskStatus.RUNNING, task.status(), "status");
    same(null, task.owner(), "owner");
    same(TREE, task.holder(), "holder");
    that(!tasks.release(old.token()), "it was let go of already");
    that(!tasks.update(old.token(), new RunUpdate(null, true, Map.of(), List.of())), "fenced off");
    that(tasks.finish(old.token(), completed()).isEmpty(), "the old token is fenced off");
    ClaimRequest otherKind =
        new ClaimRequest(bench.me, Set.of("command"), ONE, 5, null, record -> List.of());
    same(List.of(), tasks.claim(otherKind), "not for those who cannot settle it");
    Owner next = Bench.owner();
    List<Claim> claims = bench.claim(next, ONE, 0);
    same(List.of(id), ids(claims), "to the next one");
    Claim over = claims.get(0);
    that(over.orphaned(), "to be taken over");
    same(old.token().epoch(), over.token().epoch(), "the same epoch");
    same(next, over.task().owner(), "owner");
    same(TREE, over.task().holder(), "the holder is kept");
    same(Map.of("a", "b"), over.task().progress(), "what it made known is kept");
    same(List.of(), bench.claim(bench.me, ONE, 5), "it is handed out once");
    that(tasks.finish(over.token(), completed()).isPresent(), "the new token is good");
  }

  private static void releasedCounts(Bench bench) {
    Claim old = released(bench, TREE);
    TaskId next = bench.task("agents").enqueue();
    ClaimRequest others =
        new ClaimRequest(bench.me, Set.of("none"), ONE, 5, null, record -> List.of());
    same(List.of(), bench.engine.tasks().claim(others), "nothing for other kinds");
    that(
        bench.engine.tasks().admit(bench.task("agents").build(), bench.request(bench.me, ONE, 1))
            instanceof Admission.Refused,
        "it counts without an owner");
    Claim over = bench.claim(bench.me, ONE, 5).get(0);
    same(old.task().id(), over.task().id(), "taken back by the same one");
    same(List.of(), bench.claim(bench.me, ONE, 5), "it counts with one");
    bench.engine.tasks().release(over.token());
    bench.kill(TREE);
    List<Claim> claims = bench.claim(bench.me, ONE, 5);
    same(List.of(old.task().id(), next), ids(claims), "a dead one does not count");
    that(claims.get(0).orphaned() && !claims.get(1).orphaned(), "only the first is to be settled");
  }

  private static void stopping(Bench bench) {
    Claim old = released(bench, TREE);
    TaskId id = old.task().id();
    StopReason reason = StopReason.user("enough");
    that(bench.engine.tasks().stopping(id, 1, reason), "a released run can be stopped");
    that(bench.engine.tasks().detach(id, 1), "and detached");
    Claim over = bench.claim(bench.me, ONE, 0).get(0);
    that(over.orphaned(), "to be taken over");
    same(TaskStatus.STOPPING, over.task().status(), "status");
    same(reason, over.task().stop(), "reason");
    bench.engine.tasks().release(over.token());
    same(TaskStatus.STOPPING, bench.find(id).status(), "status after another release");
    same(List.of(id), ids(bench.claim(bench.me, ONE, 0)), "handed out again");
  }

  private static void releasedSession(Bench bench) {
    SessionKey session = Bench.session("a");
    bench.task().session(session).enqueue();
    Claim old = bench.claimOne();
    bench.engine.tasks().update(old.token(), new RunUpdate(TREE, true, Map.of(), List.of()));
    bench.engine.tasks().release(old.token());
    TaskId next = bench.task(LimitKey.session(session).value()).session(session).enqueue();
    bench.kill(TREE);
    Claim over = bench.claimOne();
    same(old.task().id(), over.task().id(), "only what was released");
    same(List.of(), bench.claim(5), "until it is settled");
    bench.engine.tasks().finish(over.token(), completed());
    same(List.of(next), ids(bench.claim(5)), "afterwards");
  }

  private static void hint(Bench bench) throws InterruptedException {
    bench.task().enqueue();
    Claim claim = bench.claimOne();
    CountDownLatch heard = new CountDownLatch(1);
    TaskStore.Subscription listening = bench.engine.tasks().onWork(heard::countDown);
    bench.engine.tasks().release(claim.token());
    that(heard.await(10, TimeUnit.SECONDS), "a hint came");
    listening.close();
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
