package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.StoreCounts;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Acceptance, order, taking back, looking up, and the end of an engine. */
final class QueueChecks {
  private static final Duration DAY = Duration.ofDays(1);

  private QueueChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("an accepted task keeps everything it was given", QueueChecks::keeps));
    checks.add(always("work is handed out by priority, then in order", QueueChecks::order));
    checks.add(always("a task waits for its time", QueueChecks::notBefore));
    checks.add(always("the same idempotency key is accepted once", QueueChecks::idempotency));
    checks.add(always("a cancelled task never starts and leaves the line", QueueChecks::cancel));
    checks.add(always("what is not the claimer's kind is passed over", QueueChecks::kinds));
    checks.add(always("a task for one instance goes to nobody else", QueueChecks::onlyBy));
    checks.add(
        always("a task whose only instance is dead is cancelled", QueueChecks::onlyByTheDead));
    checks.add(always("one wanted task comes when it is its turn", QueueChecks::onlyOne));
    checks.add(always("a listing is by state and oldest first", QueueChecks::list));
    checks.add(always("the counts are those of the records", QueueChecks::counts));
    checks.add(always("a clock that is set changes neither order nor runs", QueueChecks::setClock));
    checks.add(always("subscribers hear of new work until they close", QueueChecks::hints));
    checks.add(always("a closed engine refuses every call", QueueChecks::closed));
  }

  private static void keeps(Bench bench) {
    TaskId id = bench.task("agents", "repo:x").priority(3).session(Bench.session("a")).enqueue();
    TaskRecord task = bench.find(id);
    same(TaskStatus.PENDING, task.status(), "status");
    same(Set.of(LimitKey.AGENTS, LimitKey.of("repo:x")), task.limitKeys(), "keys");
    same(Bench.session("a"), task.session(), "session");
    same(3, task.priority(), "priority");
    same(Map.of("message", "do it"), task.input(), "input");
    same(bench.clock.instant(), task.createdAt(), "createdAt");
    same(0L, task.epoch(), "epoch");
    that(bench.engine.tasks().find(TaskId.next(bench.clock)).isEmpty(), "unknown is empty");
  }

  private static void order(Bench bench) {
    TaskId first = bench.task().enqueue();
    TaskId second = bench.task().enqueue();
    TaskId urgent = bench.task().priority(5).enqueue();
    same(OptionalInt.of(1), bench.engine.tasks().position(urgent), "place of the urgent one");
    same(OptionalInt.of(3), bench.engine.tasks().position(second), "place of the last one");
    same(List.of(urgent, first), ids(bench.claim(2)), "handed out first");
    same(OptionalInt.of(1), bench.engine.tasks().position(second), "place afterwards");
    same(OptionalInt.empty(), bench.engine.tasks().position(first), "place of a running one");
    same(List.of(second), ids(bench.claim(2)), "handed out then");
    same(List.of(), bench.claim(2), "handed out at last");
  }

  private static void counts(Bench bench) {
    TaskStore tasks = bench.engine.tasks();
    same(new StoreCounts(0, null, 0, 0, Map.of(), Map.of()), tasks.counts(), "of nothing");
    Instant start = bench.clock.instant();
    bench.task("agents").enqueue();
    bench.clock.advance(Duration.ofSeconds(1));
    bench.task("agents", "repo:x").priority(5).enqueue();
    LimitKey repo = LimitKey.of("repo:x");
    same(
        new StoreCounts(2, start, 0, 0, Map.of(), Map.of(LimitKey.AGENTS, 2, repo, 1)),
        tasks.counts(),
        "while both wait");
    Claim claim = bench.claimOne();
    Map<LimitKey, Integer> wanted = Map.of(LimitKey.AGENTS, 1);
    same(
        new StoreCounts(1, start, 0, 1, Map.of(LimitKey.AGENTS, 1, repo, 1), wanted),
        tasks.counts(),
        "while one runs");
    tasks.finish(claim.token(), completed());
    same(new StoreCounts(1, start, 0, 0, Map.of(), wanted), tasks.counts(), "after its end");
  }

  private static void setClock(Bench bench) {
    Instant start = bench.clock.instant();
    Limits limits = Limits.of(2);
    TaskId runs = bench.task("agents").enqueue();
    Claim run = bench.claim(bench.me, limits, 1).get(0);
    TaskId first = bench.task("agents").enqueue();
    bench.clock.set(start.plus(DAY));
    TaskId second = bench.task("agents").enqueue();
    same(List.of(), bench.claim(Bench.owner(), Limits.of(1), 5), "a day later the run counts");
    bench.clock.set(start.minus(DAY));
    TaskId third = bench.task("agents").enqueue();
    same(List.of(first, second, third), bench.engine.tasks().line(), "in the order of acceptance");
    same(List.of(), bench.claim(Bench.owner(), Limits.of(1), 5), "a day earlier too");
    same(List.of(first), ids(bench.claim(Bench.owner(), limits, 5)), "what there is room for");
    same(List.of(), bench.engine.tasks().prune(start.minus(DAY), 9, task -> false), "pruned");
    that(bench.engine.tasks().finish(run.token(), completed()).isPresent(), "it ends as it should");
    same(TaskStatus.COMPLETED, bench.find(runs).status(), "its end");
    same(List.of(second), ids(bench.claim(Bench.owner(), limits, 5)), "then the next");
  }

  private static void notBefore(Bench bench) {
    TaskId late = bench.task().notBefore(bench.clock.instant().plusSeconds(60)).enqueue();
    TaskId now = bench.task().enqueue();
    same(List.of(now), ids(bench.claim(5)), "before its time");
    bench.clock.advance(Duration.ofSeconds(59));
    same(List.of(), bench.claim(5), "a second too early");
    bench.clock.advance(Duration.ofSeconds(1));
    same(List.of(late), ids(bench.claim(5)), "in time");
  }

  private static void idempotency(Bench bench) {
    Enqueued first = bench.engine.tasks().enqueue(bench.task().idempotencyKey("k 1").build());
    that(first.created(), "the first is new");
    TaskId id = first.task().id();
    same(id, again(bench), "while it waits");
    Claim claim = bench.claimOne();
    same(id, again(bench), "while it runs");
    bench.engine.tasks().finish(claim.token(), completed());
    same(id, again(bench), "after its end");
    same(1, bench.engine.tasks().list(EnumSet.allOf(TaskStatus.class)).size(), "tasks");
    that(
        bench.engine.tasks().enqueue(bench.task().idempotencyKey("k 2").build()).created(),
        "another key is another task");
  }

  private static TaskId again(Bench bench) {
    Enqueued again = bench.engine.tasks().enqueue(bench.task().idempotencyKey("k 1").build());
    that(!again.created(), "the second is not new");
    return again.task().id();
  }

  private static void cancel(Bench bench) {
    TaskId first = bench.task().owing("queued-1").enqueue();
    TaskId second = bench.task().enqueue();
    StopReason reason = StopReason.user("not needed");
    TaskRecord cancelled = bench.engine.tasks().cancel(first, reason).orElseThrow();
    same(TaskStatus.CANCELLED, cancelled.status(), "status");
    same(reason, cancelled.stop(), "reason");
    same(bench.clock.instant(), cancelled.endedAt(), "end");
    same(OptionalInt.of(1), bench.engine.tasks().position(second), "place of the next");
    same(List.of(second), ids(bench.claim(5)), "handed out");
    same(
        TaskStatus.RUNNING,
        bench.engine.tasks().cancel(second, reason).orElseThrow().status(),
        "what runs is not cancelled");
    same(List.of("queued-1"), bench.notifications(), "what it owed is told");
    that(
        bench.engine.tasks().cancel(TaskId.next(bench.clock), reason).isEmpty(),
        "unknown is empty");
  }

  private static void kinds(Bench bench) {
    TaskId other = bench.task().kind("command").enqueue();
    TaskId own = bench.task().enqueue();
    same(List.of(own), ids(bench.claim(5)), "handed out");
    same(TaskStatus.PENDING, bench.find(other).status(), "the other kind waits");
  }

  private static void onlyBy(Bench bench) {
    Owner other = Bench.owner();
    TaskId mine = bench.task().onlyBy(bench.me).enqueue();
    TaskId theirs = bench.task().onlyBy(other).enqueue();
    same(List.of(mine), ids(bench.claim(5)), "handed out to me");
    same(List.of(theirs), ids(bench.claim(other, Bench.NO_LIMITS, 5)), "handed out to the other");
  }

  private static void onlyByTheDead(Bench bench) {
    Owner gone = Bench.owner();
    TaskId lost = bench.task().onlyBy(gone).enqueue();
    bench.kill(gone);
    same(List.of(), bench.claim(5), "handed out");
    TaskRecord task = bench.find(lost);
    same(TaskStatus.CANCELLED, task.status(), "status");
    that(task.stop() != null, "it says why");
  }

  private static void onlyOne(Bench bench) {
    TaskId first = bench.task("agents").enqueue();
    TaskId wanted = bench.task("agents").enqueue();
    same(List.of(), claimOnly(bench, wanted, 1), "the last place is the first one's");
    same(List.of(wanted), claimOnly(bench, wanted, 2), "with room for both");
    same(TaskStatus.PENDING, bench.find(first).status(), "the first one still waits");
  }

  private static List<TaskId> claimOnly(Bench bench, TaskId wanted, int agents) {
    return ids(
        bench
            .engine
            .tasks()
            .claim(
                new ClaimRequest(
                    bench.me,
                    Set.of(Bench.KIND),
                    Limits.of(agents),
                    1,
                    wanted,
                    record -> List.of())));
  }

  private static void list(Bench bench) {
    TaskId done = bench.task().enqueue();
    bench.engine.tasks().finish(bench.claimOne().token(), completed());
    TaskId running = bench.task().enqueue();
    bench.claimOne();
    TaskId waiting = bench.task().enqueue();
    TaskId waitingToo = bench.task().priority(9).enqueue();
    same(
        List.of(done, running, waiting, waitingToo),
        listed(bench, EnumSet.allOf(TaskStatus.class)),
        "all");
    same(List.of(waiting, waitingToo), listed(bench, Set.of(TaskStatus.PENDING)), "pending");
    same(List.of(done), listed(bench, Set.of(TaskStatus.COMPLETED)), "completed");
    same(List.of(), listed(bench, Set.of()), "none");
  }

  private static List<TaskId> listed(Bench bench, Set<TaskStatus> states) {
    return bench.engine.tasks().list(states).stream().map(TaskRecord::id).toList();
  }

  private static void hints(Bench bench) throws InterruptedException {
    CountDownLatch heard = new CountDownLatch(1);
    TaskStore.Subscription failing =
        bench
            .engine
            .tasks()
            .onWork(
                () -> {
                  throw new IllegalStateException("a subscriber that fails");
                });
    TaskStore.Subscription listening = bench.engine.tasks().onWork(heard::countDown);
    bench.task().enqueue();
    that(heard.await(10, TimeUnit.SECONDS), "a hint came");
    failing.close();
    listening.close();
    listening.close();
  }

  private static void closed(Bench bench) {
    Engine engine = bench.engine;
    TaskStore tasks = engine.tasks();
    TaskId id = bench.task().enqueue();
    Claim claim = bench.claimOne();
    Owner me = bench.me;
    var sessions = engine.sessions();
    var notifications = engine.notifications();
    engine.close();
    engine.close();
    StopReason reason = StopReason.user("");
    List<Runnable> calls =
        List.of(
            engine::tasks,
            engine::sessions,
            engine::notifications,
            engine::traits,
            () -> tasks.enqueue(bench.task().build()),
            () -> tasks.admit(bench.task().build(), bench.request(me, Bench.NO_LIMITS, 1)),
            () -> tasks.claim(bench.request(me, Bench.NO_LIMITS, 1)),
            () -> tasks.update(claim.token(), new RunUpdate(null, true, Map.of(), List.of())),
            () -> tasks.stopping(id, 1, reason),
            () -> tasks.finish(claim.token(), completed()),
            () -> tasks.giveBack(claim.token()),
            () -> tasks.release(claim.token()),
            () -> tasks.detach(id, 1),
            () -> tasks.cancel(id, reason),
            () -> tasks.find(id),
            () -> tasks.list(Set.of()),
            () -> tasks.position(id),
            () -> tasks.forget(id),
            () -> tasks.prune(Instant.MIN, 0, task -> false),
            tasks::line,
            () -> tasks.onWork(() -> {}),
            () -> sessions.create(Bench.session("a"), Map.of()),
            () -> sessions.find(Bench.session("a")),
            sessions::list,
            () -> sessions.remove(Bench.session("a"), 1),
            () -> notifications.list(true),
            () -> notifications.markRead(List.of()),
            () -> notifications.find("n"),
            () -> notifications.put(bench.notification("n")),
            () -> notifications.prune(any -> true),
            () -> notifications.addSink("sink"),
            () -> notifications.takeSink("sink"),
            () -> notifications.onNews(() -> {}),
            () -> tasks.tally("failure"));
    for (int i = 0; i < calls.size(); i++) {
      try {
        calls.get(i).run();
      } catch (ClosedException e) {
        continue;
      }
      throw new AssertionError("call " + i + " was not refused");
    }
  }
}
