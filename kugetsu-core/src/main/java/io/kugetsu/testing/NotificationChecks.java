package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Deliveries;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.Tally;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is told besides what tasks tell, what goes again, and who is told. */
final class NotificationChecks {
  private NotificationChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("one identifier is told once", NotificationChecks::put));
    checks.add(always("of what is told, the unwanted goes", NotificationChecks::prune));
    checks.add(always("what a task still carries is not pruned", NotificationChecks::pruneCarried));
    checks.add(always("a sink is owed what happens from then on", NotificationChecks::due));
    checks.add(always("what is due is due oldest first", NotificationChecks::order));
    checks.add(always("what is pruned is not due any more", NotificationChecks::duePruned));
    checks.add(always("one at a time delivers to a sink", NotificationChecks::exclusive));
    checks.add(always("a bad name of a sink is refused", NotificationChecks::badName));
    checks.add(always("whoever delivers hears of all news", NotificationChecks::news));
    checks.add(always("tasks are counted by kind, status and outcome", NotificationChecks::tally));
    checks.add(
        new Applying(
            Bench.check("what was delivered stays so", NotificationChecks::reopened),
            traits -> traits.durable()));
    checks.add(
        new Applying(
            Bench.check("two open engines share a sink", NotificationChecks::shared),
            traits -> traits.shared()));
  }

  private static void put(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    that(store.put(bench.notification("a")), "new");
    NotificationRecord other =
        new NotificationRecord("a", bench.clock.instant(), false, Map.of("text", "other"));
    that(!store.put(other), "not new");
    same(Optional.of(bench.notification("a")), store.find("a"), "the first one");
    same(Optional.empty(), store.find("b"), "another one");
    same(1, store.markRead(List.of("a", "../a")), "marked");
    that(!store.put(bench.notification("a")), "not new, though it was read");
    same(List.of(), store.list(true), "unread");
    same(List.of(bench.notification("a").asRead()), store.list(false), "all");
  }

  private static void prune(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    for (String id : List.of("a", "b", "c")) {
      store.put(bench.notification(id));
    }
    store.markRead(List.of("b"));
    same(1, store.prune(NotificationRecord::read), "removed");
    same(List.of("a", "c"), bench.notifications(), "left");
    same(0, store.prune(NotificationRecord::read), "removed again");
    that(store.put(bench.notification("b")), "it is new again");
  }

  private static void pruneCarried(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    bench.task().owing("queued").enqueue();
    store.markRead(List.of("queued"));
    same(0, store.prune(any -> true), "removed while it waits");
    same(List.of(), store.list(true), "unread");
    bench.engine.tasks().finish(bench.claimOne().token(), completed());
    same(1, store.prune(any -> true), "removed after its end");
    same(List.of(), store.list(false), "left");
  }

  private static List<String> due(Deliveries deliveries) {
    return deliveries.due(100, Set.of()).stream().map(NotificationRecord::id).toList();
  }

  private static Deliveries take(Engine engine, String sink) {
    return engine
        .notifications()
        .takeSink(sink)
        .orElseThrow(() -> new AssertionError("somebody else delivers to " + sink));
  }

  private static void due(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    store.put(bench.notification("before"));
    bench.task().owing("carried-before").enqueue();
    store.addSink("sink");
    store.addSink("sink");
    try (Deliveries sink = take(bench.engine, "sink")) {
      same(List.of(), due(sink), "at first");
      bench.clock.advance(Duration.ofSeconds(1));
      store.put(bench.notification("posted"));
      store.markRead(List.of("posted"));
      bench.clock.advance(Duration.ofSeconds(1));
      Claim claim = bench.claimOne();
      bench
          .engine
          .tasks()
          .update(
              claim.token(),
              new RunUpdate(null, true, Map.of(), List.of(bench.notification("started"))));
      same(List.of("posted", "started"), due(sink), "read or not, carried or not");
      sink.delivered("posted");
      same(List.of("started"), due(sink), "then");
      same(List.of(), sink.due(100, Set.of("started")), "left out");
      bench.engine.tasks().finish(claim.token(), completed());
      same(List.of("started"), due(sink), "after its end");
      sink.delivered("started");
      same(List.of(), due(sink), "at last");
      bench.clock.advance(Duration.ofSeconds(1));
      bench.task().owing("queued").enqueue();
      same(List.of("queued"), due(sink), "of what waits");
    }
    store.addSink("sink");
    try (Deliveries sink = take(bench.engine, "sink")) {
      same(List.of("queued"), due(sink), "for who comes next");
    }
  }

  private static void order(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    store.addSink("sink");
    for (String id : List.of("z", "y", "x")) {
      store.put(bench.notification(id));
      bench.clock.advance(Duration.ofSeconds(1));
    }
    try (Deliveries sink = take(bench.engine, "sink")) {
      same(List.of("z", "y", "x"), due(sink), "all");
      List<NotificationRecord> some = sink.due(2, Set.of("z"));
      same(List.of("y", "x"), some.stream().map(NotificationRecord::id).toList(), "without one");
      same(1, sink.due(1, Set.of()).size(), "as many as wanted");
    }
  }

  private static void duePruned(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    store.addSink("sink");
    store.put(bench.notification("a"));
    store.put(bench.notification("b"));
    try (Deliveries sink = take(bench.engine, "sink")) {
      same(2, due(sink).size(), "due");
      store.prune(notification -> notification.id().equals("a"));
      same(List.of("b"), due(sink), "due afterwards");
    }
  }

  private static void exclusive(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    store.addSink("one");
    store.addSink("two");
    Deliveries first = take(bench.engine, "one");
    that(!elsewhere(() -> isFree(bench.engine, "one")), "somebody delivers to it");
    that(elsewhere(() -> isFree(bench.engine, "two")), "nobody delivers to the other");
    first.close();
    first.close();
    that(elsewhere(() -> isFree(bench.engine, "one")), "nobody delivers to it any more");
  }

  private static boolean isFree(Engine engine, String sink) {
    Optional<Deliveries> taken = engine.notifications().takeSink(sink);
    taken.ifPresent(Deliveries::close);
    return taken.isPresent();
  }

  private static boolean elsewhere(Supplier<Boolean> question) {
    return CompletableFuture.supplyAsync(question).orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static void badName(Bench bench) {
    for (String name : List.of("", "..", "../up", "a/b", "Capital", "x".repeat(65))) {
      try {
        bench.engine.notifications().addSink(name);
      } catch (InvalidRequestException e) {
        continue;
      }
      throw new AssertionError("'" + name + "' was taken for a name");
    }
  }

  private static void news(Bench bench) throws InterruptedException {
    NotificationStore store = bench.engine.notifications();
    heard(store, () -> store.put(bench.notification("a")), "of what is posted");
    heard(store, () -> bench.task().owing("b").enqueue(), "of an acceptance");
    Claim[] claim = {null};
    heard(store, () -> claim[0] = bench.claimOne(), "of a claim");
    RunUpdate started = new RunUpdate(null, true, Map.of(), List.of(bench.notification("started")));
    heard(store, () -> bench.engine.tasks().update(claim[0].token(), started), "of a start");
    heard(store, () -> bench.engine.tasks().finish(claim[0].token(), completed()), "of an end");
  }

  private static void heard(NotificationStore store, Runnable step, String what)
      throws InterruptedException {
    CountDownLatch heard = new CountDownLatch(1);
    try (var listening = store.onNews(heard::countDown)) {
      step.run();
      that(heard.await(60, TimeUnit.SECONDS), "a hint came " + what);
    }
  }

  private static void tally(Bench bench) {
    TaskId back = bench.task().enqueue();
    bench.engine.tasks().cancel(back, StopReason.user("no"));
    bench.task().enqueue();
    bench.engine.tasks().finish(bench.claimOne().token(), completed());
    same(
        Set.of(
            new Tally(Bench.KIND, TaskStatus.CANCELLED, "", 1),
            new Tally(Bench.KIND, TaskStatus.COMPLETED, "test", 1)),
        tallies(bench),
        "ended");
    TaskId failed = bench.task().enqueue();
    bench.engine.tasks().finish(bench.claimOne().token(), Bench.finish(TaskStatus.FAILED, null));
    bench.task().enqueue();
    bench.claimOne();
    bench.task().kind("other").enqueue();
    bench.task().kind("other").enqueue();
    same(
        Set.of(
            new Tally(Bench.KIND, TaskStatus.CANCELLED, "", 1),
            new Tally(Bench.KIND, TaskStatus.COMPLETED, "test", 1),
            new Tally(Bench.KIND, TaskStatus.FAILED, "test", 1),
            new Tally(Bench.KIND, TaskStatus.RUNNING, "", 1),
            new Tally("other", TaskStatus.PENDING, "", 2)),
        tallies(bench),
        "all");
    that(bench.engine.tasks().forget(failed), "forgotten");
    that(
        tallies(bench).stream().noneMatch(it -> it.status() == TaskStatus.FAILED),
        "not counted any more");
  }

  private static Set<Tally> tallies(Bench bench) {
    return bench.engine.tasks().tally("why").stream().collect(Collectors.toSet());
  }

  private static void reopened(Bench bench) {
    NotificationStore store = bench.engine.notifications();
    store.addSink("sink");
    store.put(bench.notification("a"));
    bench.clock.advance(Duration.ofSeconds(1));
    store.put(bench.notification("b"));
    try (Deliveries sink = take(bench.engine, "sink")) {
      same(List.of("a", "b"), due(sink), "due");
      sink.delivered("a");
    }
    bench.reopen();
    bench.engine.notifications().addSink("sink");
    try (Deliveries sink = take(bench.engine, "sink")) {
      same(List.of("b"), due(sink), "due after a reopening");
    }
  }

  private static void shared(Bench bench) {
    try (Engine other = bench.open()) {
      bench.engine.notifications().addSink("sink");
      other.notifications().addSink("sink");
      other.notifications().put(bench.notification("theirs"));
      try (Deliveries sink = take(bench.engine, "sink")) {
        that(!elsewhere(() -> isFree(other, "sink")), "the other engine does not deliver");
        same(List.of("theirs"), due(sink), "due here");
        sink.delivered("theirs");
      }
      try (Deliveries sink = take(other, "sink")) {
        same(List.of(), due(sink), "due there afterwards");
      }
    }
  }
}
