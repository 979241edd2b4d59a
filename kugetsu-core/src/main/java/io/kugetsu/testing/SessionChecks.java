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
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.SessionStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sessions: their records, their order, and what a run's end does to them. */
final class SessionChecks {
  private static final SessionKey A = Bench.session("a");
  private static final String A_LIMIT = LimitKey.session(A).value();

  private SessionChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(
        always("sessions are made once, changed and removed by version", SessionChecks::keep));
    checks.add(always("a session runs one task at a time, in order", SessionChecks::order));
    checks.add(always("whoever waits in front is lent the priority behind", SessionChecks::lent));
    checks.add(always("a task that may not run yet holds its session up", SessionChecks::delayed));
    checks.add(always("a held session gets nothing until it is let go", SessionChecks::held));
    checks.add(always("an end changes the session in the same step", SessionChecks::ends));
    checks.add(always("an end does not make a session again", SessionChecks::notMadeAgain));
  }

  private static void keep(Bench bench) {
    SessionStore sessions = bench.engine.sessions();
    SessionRecord made = sessions.create(A, Map.of("x", "1")).orElseThrow();
    same(new SessionRecord(A, 1, false, Map.of("x", "1")), made, "made");
    same(Optional.empty(), sessions.create(A, Map.of()), "made again");
    SessionRecord wanted = new SessionRecord(A, 1, true, Map.of("y", "2"));
    same(
        Optional.of(new SessionRecord(A, 2, true, Map.of("y", "2"))),
        sessions.update(wanted),
        "changed");
    same(Optional.empty(), sessions.update(wanted), "changed with an old version");
    same(2L, sessions.find(A).orElseThrow().version(), "version");
    SessionKey b = Bench.session("b");
    sessions.create(b, Map.of());
    same(2, sessions.list().size(), "listed");
    that(!sessions.remove(A, 1), "an old version removes nothing");
    that(sessions.remove(A, 2), "removed");
    that(!sessions.remove(A, 2), "removed already");
    same(List.of(b), sessions.list().stream().map(SessionRecord::key).toList(), "left");
  }

  private static void order(Bench bench) {
    TaskId first = bench.task(A_LIMIT).session(A).enqueue();
    TaskId second = bench.task(A_LIMIT).session(A).enqueue();
    Claim claim = bench.claim(5).get(0);
    same(first, claim.task().id(), "first");
    same(List.of(), bench.claim(5), "while the first runs");
    bench.engine.tasks().finish(claim.token(), completed());
    same(List.of(second), ids(bench.claim(5)), "then");
  }

  private static void lent(Bench bench) {
    TaskId plain = bench.task("agents").priority(1).enqueue();
    TaskId first = bench.task("agents").session(A).enqueue();
    TaskId second = bench.task("agents").session(A).priority(5).enqueue();
    same(
        List.of(first, second, plain),
        ids(bench.claim(bench.me, Limits.none(), 5)),
        "the first goes with the second's priority");
  }

  private static void delayed(Bench bench) {
    TaskId late =
        bench.task().session(A).notBefore(bench.clock.instant().plusSeconds(60)).enqueue();
    TaskId next = bench.task().session(A).priority(9).enqueue();
    same(List.of(), bench.claim(5), "nothing overtakes");
    bench.clock.advance(Duration.ofMinutes(1));
    same(List.of(late, next), ids(bench.claim(5)), "in order");
  }

  private static void held(Bench bench) {
    SessionStore sessions = bench.engine.sessions();
    SessionRecord session = sessions.create(A, Map.of()).orElseThrow();
    session =
        sessions.update(new SessionRecord(A, session.version(), true, Map.of())).orElseThrow();
    TaskId waits = bench.task().session(A).enqueue();
    TaskId other = bench.task().session(Bench.session("b")).enqueue();
    same(List.of(other), ids(bench.claim(5)), "while it is held");
    Admission admission =
        bench
            .engine
            .tasks()
            .admit(bench.task().session(A).build(), bench.request(bench.me, Limits.none(), 0));
    that(admission instanceof Admission.Refused, "nothing is admitted to it");
    sessions.update(new SessionRecord(A, session.version(), false, Map.of()));
    same(List.of(waits), ids(bench.claim(5)), "let go");
  }

  private static void ends(Bench bench) {
    bench.engine.sessions().create(A, Map.of("kept", "1", "gone", "1", "changed", "1"));
    bench.task(A_LIMIT).session(A).enqueue();
    TaskId next = bench.task(A_LIMIT).session(A).enqueue();
    Claim claim = bench.claimOne();
    SessionChange change =
        new SessionChange(A, true, Map.of("changed", "2", "new", "2"), Set.of("gone"));
    Finish end =
        new Finish(
            TaskStatus.FAILED,
            Map.of(),
            true,
            Duration.ZERO,
            change,
            List.of(bench.notification("failed")),
            true);
    bench.engine.tasks().finish(claim.token(), end);
    same(
        new SessionRecord(A, 2, true, Map.of("kept", "1", "changed", "2", "new", "2")),
        bench.engine.sessions().find(A).orElseThrow(),
        "session");
    same(List.of("failed"), bench.notifications(), "notifications");
    same(List.of(), bench.claim(5), "what waits is held");
    same(TaskStatus.PENDING, bench.find(next).status(), "it still waits");
  }

  private static void notMadeAgain(Bench bench) {
    bench.task().session(A).enqueue();
    Claim claim = bench.claimOne();
    SessionChange change = new SessionChange(A, true, Map.of("x", "1"), Set.of());
    bench.engine.tasks().finish(claim.token(), Bench.finish(TaskStatus.FAILED, change));
    same(Optional.empty(), bench.engine.sessions().find(A), "session");
  }
}
