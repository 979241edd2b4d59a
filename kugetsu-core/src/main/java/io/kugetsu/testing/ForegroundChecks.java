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
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs that end with whoever started them, those that stop to do so, and those that leave nothing.
 */
final class ForegroundChecks {
  private static final Finish GONE =
      new Finish(
          TaskStatus.FAILED, Map.of("why", "test"), true, Duration.ZERO, null, List.of(), false);

  private ForegroundChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a task is in the foreground until it is detached", ForegroundChecks::way));
    checks.add(always("a stopping run can be detached", ForegroundChecks::stopping));
    checks.add(
        always("only the present run can be detached, by anybody", ForegroundChecks::presentRun));
    checks.add(always("detaching changes no count", ForegroundChecks::permits));
    checks.add(always("an end that is not kept leaves no record", ForegroundChecks::notKept));
    checks.add(
        always(
            "a run that was detached at the last moment leaves its record",
            ForegroundChecks::lateDetaching));
    checks.add(always("an end that is not kept gives its permits", ForegroundChecks::room));
    checks.add(always("an end that is not kept untells nothing", ForegroundChecks::told));
    checks.add(always("an end that is not kept frees its key", ForegroundChecks::key));
    checks.add(
        always("only an end that brings nothing else is not kept", ForegroundChecks::refused));
  }

  private static Claim foreground(Bench bench, String... keys) {
    TaskStore tasks = bench.engine.tasks();
    Admission admission =
        tasks.admit(
            bench.task(keys).foreground().build(), bench.request(bench.me, Bench.NO_LIMITS, 1));
    if (!(admission instanceof Admission.Admitted admitted)) {
      throw new AssertionError("not admitted: " + admission);
    }
    that(!admitted.claim().task().detached(), "it begins in the foreground");
    return admitted.claim();
  }

  private static void way(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId background = bench.task().enqueue();
    that(bench.find(background).detached(), "a background task is detached from the beginning");
    Claim claim = foreground(bench);
    TaskId id = claim.task().id();
    tasks.update(claim.token(), new RunUpdate(null, true, Map.of("a", "b"), List.of()));
    TaskRecord before = bench.find(id);
    that(!before.detached(), "and stays there while it runs");
    that(tasks.detach(id, claim.token().epoch()), "detached");
    TaskRecord detached = bench.find(id);
    that(detached.detached(), "it is in the background now");
    same(before.owner(), detached.owner(), "owner");
    same(before.holder(), detached.holder(), "holder");
    same(before.progress(), detached.progress(), "progress");
    same(before.startedAt(), detached.startedAt(), "start");
    that(detached.revision() > before.revision(), "the revision grows");
    that(tasks.detach(id, claim.token().epoch()), "detached already");
    same(detached, bench.find(id), "the second call changes nothing");
    that(tasks.finish(claim.token(), completed()).isPresent(), "its token is still good");
    that(bench.find(id).detached(), "it stays so after the end");
  }

  private static void stopping(Bench bench) {
    Claim claim = foreground(bench);
    TaskId id = claim.task().id();
    StopReason reason = StopReason.user("enough");
    bench.engine.tasks().stopping(id, 1, reason);
    that(bench.engine.tasks().detach(id, 1), "detached");
    same(TaskStatus.STOPPING, bench.find(id).status(), "status");
    same(reason, bench.find(id).stop(), "reason");
    that(bench.find(id).detached(), "it is in the background now");
  }

  private static void presentRun(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId id = bench.task().foreground().enqueue();
    that(!tasks.detach(id, 0), "what waits has no run");
    Claim claim = bench.claim(Bench.owner(), Bench.NO_LIMITS, 1).get(0);
    that(!tasks.detach(id, 0) && !tasks.detach(id, 2), "not that run");
    that(!tasks.detach(TaskId.next(bench.clock), 1), "unknown");
    that(!bench.find(id).detached(), "nothing changed");
    tasks.finish(claim.token(), completed());
    that(!tasks.detach(id, 1), "it is over");
    that(!bench.find(id).detached(), "what is over stays as it was");
  }

  private static void permits(Bench bench) {
    Claim claim = foreground(bench, "agents");
    TaskId next = bench.task("agents").enqueue();
    bench.engine.tasks().detach(claim.task().id(), 1);
    same(List.of(), bench.claim(bench.me, Limits.of(1), 5), "it holds its permit");
    bench.engine.tasks().finish(claim.token(), completed());
    same(List.of(next), ids(bench.claim(bench.me, Limits.of(1), 5)), "until its end");
  }

  private static void notKept(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    Claim claim = foreground(bench);
    TaskId id = claim.task().id();
    Holder process = new Holder.Supervised(1, 2, "boot", "mark");
    tasks.update(claim.token(), new RunUpdate(process, true, Map.of("a", "b"), List.of()));
    same(process, bench.find(id).holder(), "holder");
    TaskRecord ended = tasks.finish(claim.token(), GONE).orElseThrow();
    same(TaskStatus.FAILED, ended.status(), "status");
    same(Map.of("why", "test"), ended.outcome(), "outcome");
    same(bench.clock.instant(), ended.endedAt(), "endedAt");
    same(Map.of("a", "b"), ended.progress(), "progress");
    same(Optional.empty(), tasks.find(id), "its record");
    same(List.of(), tasks.list(EnumSet.allOf(TaskStatus.class)), "all records");
    that(tasks.finish(claim.token(), GONE).isEmpty(), "it is over");
    that(tasks.finish(claim.token(), completed()).isEmpty(), "for good");
    same(Optional.empty(), tasks.find(id), "its record afterwards");
    that(!tasks.forget(id), "there is nothing to forget");
  }

  private static void lateDetaching(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    Claim claim = foreground(bench);
    TaskId id = claim.task().id();
    that(tasks.detach(id, claim.token().epoch()), "detached while it was ending");
    that(tasks.finish(claim.token(), GONE).isPresent(), "ended");
    that(bench.find(id).status().isTerminal(), "and kept all the same");
  }

  private static void room(Bench bench) {
    Claim claim = foreground(bench, "agents");
    TaskId next = bench.task("agents").enqueue();
    same(List.of(), bench.claim(bench.me, Limits.of(1), 5), "while it runs");
    bench.engine.tasks().stopping(claim.task().id(), 1, StopReason.user(""));
    bench.engine.tasks().finish(claim.token(), GONE);
    same(List.of(next), ids(bench.claim(bench.me, Limits.of(1), 5)), "after its end");
  }

  private static void told(Bench bench) {
    bench.task().foreground().owing("queued").enqueue();
    Claim claim = bench.claimOne();
    bench.engine.tasks().finish(claim.token(), GONE);
    same(List.of("queued"), bench.notifications(), "stays told");
  }

  private static void key(Bench bench) {
    TaskId first = bench.task().foreground().idempotencyKey("k").enqueue();
    bench.engine.tasks().finish(bench.claimOne().token(), GONE);
    TaskId second = bench.task().idempotencyKey("k").enqueue();
    that(!first.equals(second), "a new task");
    same(second, bench.task().idempotencyKey("k").enqueue(), "under the same key");
  }

  private static void refused(Bench bench) {
    SessionChange change = new SessionChange(Bench.session("a"), true, Map.of(), Set.of());
    NotificationRecord told = bench.notification("told");
    refused(TaskStatus.PENDING, null, List.of());
    refused(TaskStatus.COMPLETED, change, List.of());
    refused(TaskStatus.COMPLETED, null, List.of(told));
  }

  private static void refused(
      TaskStatus status, @Nullable SessionChange change, List<NotificationRecord> owed) {
    try {
      new Finish(status, Map.of(), true, Duration.ZERO, change, owed, false);
    } catch (IllegalArgumentException e) {
      return;
    }
    throw new AssertionError("an end that brings something was not to be kept");
  }
}
