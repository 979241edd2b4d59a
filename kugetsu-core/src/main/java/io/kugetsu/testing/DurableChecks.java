package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What is still there after a close, and what two open engines see of each other. */
final class DurableChecks {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private DurableChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(durable("what was accepted is there after a reopening", DurableChecks::accepted));
    checks.add(durable("every state is the same after a reopening", DurableChecks::states));
    checks.add(durable("an idempotency key is known after a reopening", DurableChecks::key));
    checks.add(durable("an end's session and notifications stay", DurableChecks::owed));
    checks.add(shared("two open engines share limits and order", DurableChecks::twoEngines));
    checks.add(shared("one engine hears of the other's work", DurableChecks::hintAcross));
  }

  private static Applying durable(String name, Bench.Body body) {
    return new Applying(Bench.check(name, body), traits -> traits.durable());
  }

  private static Applying shared(String name, Bench.Body body) {
    return new Applying(Bench.check(name, body), traits -> traits.shared());
  }

  private static void accepted(Bench bench) {
    TaskId first = bench.task("agents").owing("queued").enqueue();
    TaskId second = bench.task("agents").enqueue();
    TaskRecord before = bench.find(first);
    bench.reopen();
    same(before, bench.find(first), "record");
    same(List.of("queued"), bench.notifications(), "notifications");
    same(List.of(first, second), ids(bench.claim(5)), "handed out");
  }

  private static void states(Bench bench) {
    bench.task("agents").enqueue();
    bench.engine.tasks().finish(bench.claimOne().token(), completed());
    bench.task("agents").session(Bench.session("a")).enqueue();
    Claim running = bench.claimOne();
    Holder process = new Holder.OfProcess(1, 2, "boot");
    bench
        .engine
        .tasks()
        .update(running.token(), new RunUpdate(process, true, Map.of("a", "b"), List.of()));
    TaskId waiting = bench.task("agents").notBefore(bench.clock.instant().plus(MINUTE)).enqueue();
    bench.task().onlyBy(bench.me).priority(-3).enqueue();
    List<TaskRecord> before = bench.engine.tasks().list(EnumSet.allOf(TaskStatus.class));
    bench.reopen();
    same(before, bench.engine.tasks().list(EnumSet.allOf(TaskStatus.class)), "records");
    bench.clock.advance(MINUTE);
    same(List.of(), bench.claim(Bench.owner(), Limits.of(1), 5), "the running one counts");
    that(
        bench.engine.tasks().finish(running.token(), completed()).isPresent(), "its token is good");
    same(
        List.of(waiting), ids(bench.claim(Bench.owner(), Limits.of(1), 5)), "then the waiting one");
  }

  private static void key(Bench bench) {
    Enqueued first = bench.engine.tasks().enqueue(bench.task().idempotencyKey("k").build());
    bench.reopen();
    same(first.task().id(), again(bench), "while it waits");
    bench.engine.tasks().finish(bench.claimOne().token(), completed());
    bench.reopen();
    same(first.task().id(), again(bench), "after its end");
  }

  private static TaskId again(Bench bench) {
    Enqueued again = bench.engine.tasks().enqueue(bench.task().idempotencyKey("k").build());
    that(!again.created(), "not new");
    return again.task().id();
  }

  private static void owed(Bench bench) {
    SessionKey session = Bench.session("a");
    bench.engine.sessions().create(session, Map.of("x", "1"));
    bench.task().session(session).owing("queued").enqueue();
    Claim claim = bench.claimOne();
    SessionChange change = new SessionChange(session, true, Map.of("x", "2"), Set.of());
    Finish end =
        new Finish(
            TaskStatus.FAILED,
            Map.of(),
            true,
            Duration.ZERO,
            change,
            List.of(bench.notification("z-failed")),
            true);
    bench.engine.tasks().finish(claim.token(), end);
    bench.engine.notifications().markRead(List.of("queued"));
    bench.reopen();
    same(
        new SessionRecord(session, 2, true, Map.of("x", "2")),
        bench.engine.sessions().find(session).orElseThrow(),
        "session");
    same(List.of("queued", "z-failed"), bench.notifications(), "notifications");
    same(1, bench.engine.notifications().list(true).size(), "unread");
  }

  private static void twoEngines(Bench bench) {
    try (Engine other = bench.open()) {
      TaskId first = bench.task("agents").enqueue();
      TaskId second = other.tasks().enqueue(bench.task("agents").build()).task().id();
      List<Claim> claims = other.tasks().claim(bench.request(Bench.owner(), Limits.of(1), 5));
      same(List.of(first), ids(claims), "to the other");
      same(List.of(), bench.claim(bench.me, Limits.of(1), 5), "its limit holds here");
      other.tasks().finish(claims.get(0).token(), completed());
      same(TaskStatus.COMPLETED, bench.find(first).status(), "its end is seen here");
      same(List.of(second), ids(bench.claim(bench.me, Limits.of(1), 5)), "to me");
    }
  }

  private static void hintAcross(Bench bench) throws InterruptedException {
    CountDownLatch heard = new CountDownLatch(1);
    try (Engine other = bench.open()) {
      TaskStore.Subscription listening = other.tasks().onWork(heard::countDown);
      bench.task().enqueue();
      that(heard.await(10, TimeUnit.SECONDS), "a hint came");
      listening.close();
    }
  }
}
