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
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import io.kugetsu.testing.EngineContract.Applying;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tasks that run at once or not at all. */
final class AdmitChecks {
  private AdmitChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a task that has room is admitted and runs", AdmitChecks::admitted));
    checks.add(always("a refusal names key, holders and place", AdmitChecks::refused));
    checks.add(
        always("admission never overtakes what could be claimed", AdmitChecks::noOvertaking));
    checks.add(always("admission passes what nobody hands out", AdmitChecks::nobodyDispatches));
    checks.add(always("what one instance alone can run keeps its room", AdmitChecks::oneLine));
    checks.add(always("what somebody else hands out keeps its room", AdmitChecks::otherLine));
    checks.add(always("admission never overtakes within a session", AdmitChecks::sessionOrder));
  }

  private static Admission admit(Bench bench, NewTask task, Limits limits) {
    return bench.engine.tasks().admit(task, bench.request(bench.me, limits, 0));
  }

  private static void admitted(Bench bench) {
    NewTask task = bench.task("agents").owing("queued").build();
    ClaimRequest request =
        new ClaimRequest(
            bench.me,
            Set.of(Bench.KIND),
            Limits.of(1),
            0,
            null,
            record -> List.of(bench.notification("dequeued")));
    Admission admission = bench.engine.tasks().admit(task, request);
    if (!(admission instanceof Admission.Admitted admitted)) {
      throw new AssertionError("not admitted: " + admission);
    }
    same(task.id(), admitted.claim().task().id(), "task");
    same(TaskStatus.RUNNING, bench.find(task.id()).status(), "status");
    same(bench.find(task.id()), admitted.claim().task(), "record");
    same(List.of("dequeued", "queued"), bench.notifications(), "notifications");
    that(
        bench.engine.tasks().finish(admitted.claim().token(), completed()).isPresent(),
        "its token is good");
  }

  private static void refused(Bench bench) {
    TaskId first = bench.task("agents", "repo:x").enqueue();
    TaskId second = bench.task("agents").enqueue();
    Limits limits = Limits.of(2).perKey("repo:x", 1);
    same(2, bench.claim(bench.me, limits, 5).size(), "running");
    TaskId waits = bench.task("agents").enqueue();
    NewTask late = bench.task("agents").build();
    same(
        new Admission.Refused(LimitKey.AGENTS, 2, List.of(first, second), 2),
        admit(bench, late, limits),
        "all agents");
    that(bench.engine.tasks().find(late.id()).isEmpty(), "nothing is kept of it");
    NewTask urgent = bench.task("repo:x").priority(1).build();
    same(
        new Admission.Refused(LimitKey.of("repo:x"), 1, List.of(first), 1),
        admit(bench, urgent, limits),
        "the repository");
    same(TaskStatus.PENDING, bench.find(waits).status(), "what waited still waits");
  }

  private static void noOvertaking(Bench bench) {
    TaskId waits = bench.task("agents").enqueue();
    NewTask urgent = bench.task("agents").priority(9).build();
    same(
        new Admission.Refused(LimitKey.AGENTS, 1, List.of(waits), 1),
        admit(bench, urgent, Limits.of(1)),
        "the only place is the waiting one's");
    that(admit(bench, urgent, Limits.of(2)) instanceof Admission.Admitted, "the second is left");
  }

  private static void nobodyDispatches(Bench bench) {
    bench.task("agents").enqueue();
    bench.task("agents").kind("command").enqueue();
    ClaimRequest nobody =
        new ClaimRequest(bench.me, Set.of(), Limits.of(1), 0, null, record -> List.of());
    that(
        bench.engine.tasks().admit(bench.task("agents").build(), nobody)
            instanceof Admission.Admitted,
        "what nobody hands out takes no place");
  }

  /** A permit that is waited for, and messages: whoever came first. */
  private static void oneLine(Bench bench) {
    Limits one = Limits.of(1);
    bench.task("agents").enqueue();
    Claim runs = bench.claim(bench.me, one, 5).get(0);
    Owner other = Bench.owner();
    TaskId permit = bench.task("agents").kind("permit").onlyBy(other).enqueue();
    TaskId message = bench.task("agents").enqueue();
    bench.engine.tasks().finish(runs.token(), completed());
    same(List.of(), bench.claim(bench.me, one, 5), "the room is the first one's");
    that(
        admit(bench, bench.task("agents").build(), one) instanceof Admission.Refused,
        "nothing comes in between");
    ClaimRequest its =
        new ClaimRequest(other, Set.of("permit"), one, 1, permit, record -> List.of());
    Claim given = bench.engine.tasks().claim(its).get(0);
    same(permit, given.task().id(), "it gets it");
    bench.engine.tasks().finish(given.token(), completed());
    same(List.of(message), ids(bench.claim(bench.me, one, 5)), "then the next one");
    bench.task("agents").kind("permit").onlyBy(other).enqueue();
    bench.kill(other);
    same(0, bench.claim(bench.me, one, 5).size(), "the message runs");
    that(
        admit(bench, bench.task("agents").build(), Limits.of(2)) instanceof Admission.Admitted,
        "the dead wait for nothing");
  }

  private static void otherLine(Bench bench) {
    TaskId message = bench.task("agents").enqueue();
    TaskId permit = bench.task("agents").kind("permit").onlyBy(bench.me).enqueue();
    Limits one = Limits.of(1);
    ClaimRequest request =
        new ClaimRequest(
            bench.me,
            Set.of("permit"),
            one,
            1,
            permit,
            record -> List.of(),
            Map.of(),
            Set.of(Bench.KIND));
    same(List.of(), bench.engine.tasks().claim(request), "the message came first");
    that(
        bench.engine.tasks().admit(bench.task("agents").kind("permit").build(), request)
            instanceof Admission.Refused,
        "nor is one admitted");
    bench.engine.tasks().cancel(message, StopReason.user(""));
    same(List.of(permit), ids(bench.engine.tasks().claim(request)), "then it is its turn");
  }

  private static void sessionOrder(Bench bench) {
    SessionKey session = Bench.session("a");
    LimitKey key = LimitKey.session(session);
    TaskId waits = bench.task("agents", key.value(), "repo:x").session(session).enqueue();
    NewTask late = bench.task("agents", key.value()).session(session).priority(9).build();
    Limits limits = Limits.of(9).perKey("repo:x", 0);
    same(
        new Admission.Refused(key, 1, List.of(waits), 2),
        admit(bench, late, limits),
        "behind a task of its session");
    NewTask other = bench.task("agents").session(Bench.session("b")).build();
    that(admit(bench, other, limits) instanceof Admission.Admitted, "another session has room");
  }
}
