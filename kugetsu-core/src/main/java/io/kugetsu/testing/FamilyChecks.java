package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.SpawnRefusedException;
import io.kugetsu.common.SpawnRefusedException.Reason;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tasks that start tasks. */
final class FamilyChecks {
  private FamilyChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a child knows its parent, its root and its depth", FamilyChecks::lineage));
    checks.add(always("an unknown or ended parent starts nothing", FamilyChecks::noParent));
    checks.add(always("tasks go only so deep", FamilyChecks::depth));
    checks.add(always("a root has only so many descendants, ever", FamilyChecks::total));
    checks.add(always("of a root's descendants only so many run", FamilyChecks::running));
    checks.add(always("a repeated key starts no second child", FamilyChecks::repeated));
    checks.add(always("a run that ends before its children awaits them", FamilyChecks::awaits));
    checks.add(always("a child that failed before has to be judged too", FamilyChecks::failed));
    checks.add(
        always("what is awaited by nobody is handed out to be settled", FamilyChecks::settled));
    checks.add(
        always("what is awaiting holds no permit and is in no line", FamilyChecks::noPermit));
    checks.add(always("whoever settles an awaiting task may die too", FamilyChecks::settlerDies));
    checks.add(always("an end that is not kept is kept for a parent", FamilyChecks::keptForParent));
    checks.add(
        always("a child's record stays as long as its parent waits", FamilyChecks::retained));
    checks.add(always("a stop goes down to all descendants", FamilyChecks::stopped));
    checks.add(always("a stop of an awaiting task goes down too", FamilyChecks::stoppedAwaiting));
    checks.add(always("a cancelled parent takes its children with it", FamilyChecks::cancelled));
  }

  private static Claim run(Bench bench, String... keys) {
    bench.task(keys).enqueue();
    return bench.claimOne();
  }

  private static @Nullable Reason refusal(Runnable step) {
    try {
      step.run();
      return null;
    } catch (SpawnRefusedException e) {
      return e.reason();
    }
  }

  private static void lineage(Bench bench) {
    TaskId root = run(bench).task().id();
    TaskId child = bench.task("agents").childOf(root).enqueue();
    TaskId grandchild = bench.task().childOf(child).enqueue();
    TaskRecord record = bench.find(grandchild);
    same(child, record.parent(), "parent");
    same(root, record.root(), "root");
    same(2, record.depth(), "depth");
    same(null, bench.find(root).parent(), "a root's parent");
    same(root, bench.find(root).root(), "a root's root");
    same(Set.of(child), bench.find(root).family().children(), "children");
    same(2, bench.find(root).family().spawned(), "descendants");
    same(Set.of(LimitKey.AGENTS, LimitKey.root(root)), bench.find(child).limitKeys(), "limit keys");
  }

  private static void noParent(Bench bench) {
    TaskId unknown = TaskId.next(bench.clock);
    same(
        Reason.UNKNOWN_PARENT, refusal(() -> bench.task().childOf(unknown).enqueue()), "of nobody");
    Claim ended = run(bench);
    bench.engine.tasks().finish(ended.token(), completed());
    same(
        Reason.ENDED_PARENT,
        refusal(() -> bench.task().childOf(ended.task().id()).enqueue()),
        "of one that has ended");
    Claim stopping = run(bench);
    bench.engine.tasks().stopping(stopping.task().id(), 1, StopReason.user(""));
    NewTask late = bench.task().childOf(stopping.task().id()).build();
    same(
        Reason.ENDED_PARENT,
        refusal(() -> bench.engine.tasks().admit(late, bench.request(bench.me, Limits.none(), 1))),
        "of one that is being stopped");
    same(1, bench.engine.tasks().list(Set.of(TaskStatus.STOPPING)).size(), "nothing else is there");
    same(List.of(), bench.engine.tasks().list(Set.of(TaskStatus.PENDING)), "nothing waits");
  }

  private static void depth(Bench bench) {
    SpawnLimits one = new SpawnLimits(1, 20, 200);
    TaskId root = run(bench).task().id();
    TaskId child = bench.task().childOf(root).under(one).enqueue();
    try {
      bench.task().childOf(child).under(one).enqueue();
      throw new AssertionError("one step too deep");
    } catch (SpawnRefusedException e) {
      same(Reason.DEPTH, e.reason(), "reason");
      same(child, e.parent(), "parent");
      same(root, e.root().orElse(null), "root");
      same(1, e.limit(), "limit");
      same(2, e.count(), "depth it would have");
    }
  }

  private static void total(Bench bench) {
    SpawnLimits two = new SpawnLimits(3, 20, 2);
    TaskId root = run(bench).task().id();
    TaskStore tasks = bench.engine.tasks();
    TaskId child = bench.task().childOf(root).under(two).enqueue();
    Claim first = bench.claimOne();
    same(child, first.task().id(), "the child runs");
    TaskId second = bench.task().childOf(child).under(two).enqueue();
    tasks.cancel(second, StopReason.user(""));
    tasks.finish(first.token(), completed());
    that(refusal(() -> bench.task().childOf(root).under(two).enqueue()) == Reason.TOTAL, "all had");
    tasks.prune(Instant.MAX, 0, record -> false);
    that(
        refusal(() -> bench.task().childOf(root).under(two).enqueue()) == Reason.TOTAL,
        "also when nothing is left of them");
    that(bench.task().childOf(root).enqueue() != null, "under higher limits there is room");
  }

  private static void running(Bench bench) {
    TaskId root = run(bench).task().id();
    Limits two = Limits.none().perKey("root:*", 2);
    TaskId one = bench.task().childOf(root).enqueue();
    TaskId other = bench.task().childOf(one).enqueue();
    TaskId third = bench.task().childOf(root).enqueue();
    TaskId stranger = bench.task().enqueue();
    List<Claim> claims = bench.claim(bench.me, two, 10);
    same(List.of(one, other, stranger), ids(claims), "two of one root, and others");
    NewTask late = bench.task().childOf(root).build();
    Admission.Refused refused =
        (Admission.Refused) bench.engine.tasks().admit(late, bench.request(bench.me, two, 1));
    same(LimitKey.root(root), refused.key(), "what is full");
    same(Set.of(one, third), bench.find(root).family().children(), "the refused one is none");
    bench.engine.tasks().finish(claims.get(1).token(), completed());
    same(List.of(third), ids(bench.claim(bench.me, two, 10)), "the next one");
  }

  private static void repeated(Bench bench) {
    TaskId root = run(bench).task().id();
    TaskId first = bench.task().childOf(root).idempotencyKey("k").enqueue();
    same(first, bench.task().childOf(root).idempotencyKey("k").enqueue(), "the same child");
    same(1, bench.find(root).family().spawned(), "counted once");
    TaskId gone = TaskId.next(bench.clock);
    same(
        first,
        bench.task().childOf(gone).idempotencyKey("k").enqueue(),
        "a known key comes before all else");
  }

  private static void awaits(Bench bench) {
    SessionKey session = Bench.session("a");
    bench.engine.sessions().create(session, Map.of("state", "running"));
    bench.task("agents").session(session).enqueue();
    Claim claim = bench.claimOne();
    TaskId parent = claim.task().id();
    TaskId child = bench.task("agents").childOf(parent).enqueue();
    Finish end =
        new Finish(
            TaskStatus.COMPLETED,
            Map.of("answer", "done"),
            true,
            Duration.ZERO,
            new SessionChange(session, false, Map.of("state", "idle"), Set.of()),
            List.of(bench.notification("told.1.completed")),
            true);
    TaskRecord after = bench.engine.tasks().finish(claim.token(), end).orElseThrow();
    same(TaskStatus.AWAITING, after.status(), "status");
    same(TaskStatus.COMPLETED, after.ownEnd(), "its own end");
    same(Map.of("answer", "done"), after.outcome(), "its outcome is kept");
    same(1, after.attempts(), "attempts");
    same(null, after.endedAt(), "it has not ended");
    same(null, after.owner(), "owner");
    same(List.of(), bench.notifications(), "nobody is told of an end yet");
    same(
        "idle",
        bench.engine.sessions().find(session).orElseThrow().fields().get("state"),
        "its session");
    same(List.of(child), ids(bench.claim(5)), "only the child is handed out");
    same(List.of(), bench.claim(5), "as long as the child is open");
    that(bench.engine.tasks().finish(claim.token(), end).isEmpty(), "the token is used up");
  }

  /** Ends a parent's own run. */
  private static void awaiting(Bench bench, TaskId parent) {
    ClaimToken token = new ClaimToken(parent, bench.find(parent).epoch(), bench.me.instance());
    TaskRecord after = bench.engine.tasks().finish(token, completed()).orElseThrow();
    same(TaskStatus.AWAITING, after.status(), "status");
  }

  private static void settled(Bench bench) throws InterruptedException {
    TaskStore tasks = bench.engine.tasks();
    TaskId parent = run(bench).task().id();
    bench.task().childOf(parent).enqueue();
    Claim runs = bench.claimOne();
    awaiting(bench, parent);
    CountDownLatch heard = new CountDownLatch(1);
    try (TaskStore.Subscription listening = tasks.onWork(heard::countDown)) {
      tasks.finish(runs.token(), completed());
      that(heard.await(30, TimeUnit.SECONDS), "a hint came");
    }
    same(TaskStatus.AWAITING, bench.find(parent).status(), "the engine writes no end");
    Claim settling = bench.claimOne();
    same(parent, settling.task().id(), "handed out");
    that(settling.orphaned(), "to be settled, not to be run");
    same(1L, settling.token().epoch(), "the same epoch");
    same(List.of(), bench.claim(5), "once");
    same(
        Reason.ENDED_PARENT,
        refusal(() -> bench.task().childOf(parent).enqueue()),
        "it starts nothing while it is settled");
    tasks.finish(
        settling.token(),
        new Finish(
            TaskStatus.COMPLETED,
            Map.of("answer", "done"),
            false,
            Duration.ZERO,
            null,
            List.of(bench.notification("told.1.completed")),
            true));
    TaskRecord end = bench.find(parent);
    same(TaskStatus.COMPLETED, end.status(), "status");
    same(null, end.ownEnd(), "nothing is awaited any more");
    same(1, end.attempts(), "attempts");
    same(List.of("told.1.completed"), bench.notifications(), "told once");
    same(List.of(), bench.claim(5), "nothing is left");
  }

  private static void failed(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    Claim parent = run(bench);
    TaskId child = bench.task().childOf(parent.task().id()).enqueue();
    tasks.finish(bench.claimOne().token(), Bench.finish(TaskStatus.FAILED, null));
    same(TaskStatus.FAILED, bench.find(child).status(), "the child");
    same(
        TaskStatus.AWAITING,
        tasks.finish(parent.token(), completed()).orElseThrow().status(),
        "it has not ended well for that");
    same(List.of(parent.task().id()), ids(bench.claim(5)), "and is settled at once");
  }

  private static void noPermit(Bench bench) {
    Limits one = Limits.of(1);
    TaskId parent = run(bench, "agents").task().id();
    TaskId child = bench.task("agents").childOf(parent).enqueue();
    awaiting(bench, parent);
    same(List.of(child), bench.engine.tasks().line(), "the line");
    same(List.of(child), ids(bench.claim(bench.me, one, 5)), "the permit is free");
    TaskId next = bench.task("agents").enqueue();
    same(List.of(), bench.claim(bench.me, one, 5), "and taken again");
    same(List.of(next), bench.engine.tasks().line(), "the line afterwards");
    same(
        TaskStatus.AWAITING,
        bench.engine.tasks().cancel(parent, StopReason.user("")).orElseThrow().status(),
        "what has run cannot be taken back");
  }

  private static void settlerDies(Bench bench) {
    TaskId parent = run(bench).task().id();
    bench.task().childOf(parent).enqueue();
    awaiting(bench, parent);
    Claim runs = bench.claimOne();
    bench.engine.tasks().finish(runs.token(), completed());
    Owner settler = Bench.owner();
    same(List.of(parent), ids(bench.claim(settler, Limits.none(), 0)), "to the first");
    same(List.of(), bench.claim(5), "while that one lives");
    bench.kill(settler);
    Claim again = bench.claimOne();
    same(parent, again.task().id(), "to the second");
    that(bench.engine.tasks().release(again.token()), "let go of");
    same(List.of(parent), ids(bench.claim(5)), "to the third");
  }

  private static void keptForParent(Bench bench) {
    TaskId parent = run(bench).task().id();
    TaskId child = bench.task().foreground().childOf(parent).enqueue();
    Claim claim = bench.claimOne();
    Finish end =
        new Finish(TaskStatus.FAILED, Map.of(), true, Duration.ZERO, null, List.of(), false);
    bench.engine.tasks().finish(claim.token(), end);
    same(TaskStatus.FAILED, bench.find(child).status(), "how it ended can be asked");
  }

  private static void retained(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    Claim root = run(bench);
    TaskId parent = root.task().id();
    TaskId child = bench.task().childOf(parent).enqueue();
    tasks.finish(bench.claimOne().token(), completed());
    same(List.of(), tasks.prune(Instant.MAX, 0, record -> false), "pruned");
    that(!tasks.forget(child), "nor is it forgotten");
    tasks.finish(root.token(), completed());
    same(TaskStatus.COMPLETED, bench.find(parent).status(), "nothing was open any more");
    same(2, tasks.prune(Instant.MAX, 0, record -> false).size(), "afterwards both go");
  }

  private static StopReason.@Nullable Origin stopOf(Bench bench, TaskId id) {
    StopReason stop = bench.find(id).stop();
    return stop == null ? null : stop.origin();
  }

  private static void stopped(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId root = run(bench).task().id();
    TaskId child = bench.task().childOf(root).enqueue();
    Claim runs = bench.claimOne();
    TaskId waits = bench.task().childOf(child).enqueue();
    tasks.stopping(root, 1, StopReason.user("enough"));
    same(TaskStatus.STOPPING, bench.find(root).status(), "root");
    same(TaskStatus.STOPPING, bench.find(child).status(), "child that runs");
    same(StopReason.Origin.PARENT, stopOf(bench, child), "why");
    same(TaskStatus.CANCELLED, bench.find(waits).status(), "grandchild that waits");
    same(StopReason.Origin.PARENT, stopOf(bench, waits), "why it never starts");
    ClaimToken self = new ClaimToken(root, 1, bench.me.instance());
    Finish end = Bench.finish(TaskStatus.INTERRUPTED, null);
    same(
        TaskStatus.AWAITING,
        tasks.finish(self, end).orElseThrow().status(),
        "it awaits what is being stopped");
    tasks.finish(runs.token(), end);
    same(List.of(root), ids(bench.claim(5)), "and is settled then");
    same(TaskStatus.INTERRUPTED, bench.find(root).ownEnd(), "its own end");
  }

  private static void stoppedAwaiting(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    TaskId parent = run(bench).task().id();
    TaskId child = bench.task().childOf(parent).enqueue();
    TaskId waits = bench.task().childOf(parent).enqueue();
    Claim runs = bench.claimOne();
    same(child, runs.task().id(), "the child runs");
    awaiting(bench, parent);
    StopReason enough = StopReason.user("enough");
    that(tasks.stopping(parent, 1, enough), "it can be stopped");
    that(tasks.stopping(parent, 1, StopReason.user("again")), "again");
    same(TaskStatus.AWAITING, bench.find(parent).status(), "status");
    same(enough, bench.find(parent).stop(), "the first reason");
    same(TaskStatus.STOPPING, bench.find(child).status(), "child");
    same(TaskStatus.CANCELLED, bench.find(waits).status(), "the other child");
    tasks.finish(runs.token(), Bench.finish(TaskStatus.INTERRUPTED, null));
    Claim settling = bench.claimOne();
    same(parent, settling.task().id(), "to be settled");
    same(enough, settling.task().stop(), "with the reason");
  }

  private static void cancelled(Bench bench) {
    TaskId parent = bench.task().priority(-1).enqueue();
    TaskId child = bench.task().childOf(parent).enqueue();
    bench.engine.tasks().cancel(parent, StopReason.user(""));
    same(TaskStatus.CANCELLED, bench.find(child).status(), "child");
    same(List.of(), bench.claim(5), "nothing starts");
  }
}
