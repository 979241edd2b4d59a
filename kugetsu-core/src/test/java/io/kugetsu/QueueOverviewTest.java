package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.limit.Permit;
import io.kugetsu.notification.Notifications;
import io.kugetsu.notification.Posting;
import io.kugetsu.operations.KeyUse;
import io.kugetsu.operations.Stats;
import io.kugetsu.queue.QueueFilter;
import io.kugetsu.queue.QueueItem;
import io.kugetsu.queue.QueueItem.State;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.queue.QueueStats;
import io.kugetsu.queue.TaskQueue;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.Until;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What the queue tells of itself, what can be cleared of it, and how everything stands. */
class QueueOverviewTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  private KugetsuBuilder builder(String script) {
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .environment(TestRepository.IDENTITY)
        .gates()
        .limits(Limits.of(1).perKey("provider:acme", 2))
        .agent(ShellAgent.running(script));
  }

  private static IssueRef ref(String name) {
    return IssueRef.parse("local:" + name);
  }

  @Test
  void every_state_is_counted_listed_and_shown_and_what_ended_can_be_cleared() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    String script =
        "read m; case $m in break*) echo it is broken; exit 3;; hold*) echo x > '"
            + ready.path()
            + "'; read x < '"
            + go.path()
            + "';; esac; echo done";
    try (Kugetsu kugetsu = builder(script).open()) {
      kugetsu.init();
      assertEquals(new QueueStats(0, 0, 0, 0, 0, 0), kugetsu.queue().stats());
      TaskHandle good = kugetsu.delegate("work", ref("good"));
      assertTrue(good.await(LONG).isSuccess());
      TaskHandle bad = kugetsu.delegate("break", ref("bad"));
      assertEquals(TaskStatus.FAILED, bad.await(LONG).status());
      TaskHandle running = kugetsu.delegate("hold", ref("running"));
      ready.read();
      TaskHandle first = kugetsu.delegate("later", ref("first"));
      TaskHandle second = kugetsu.delegate("later", ref("second"));
      TaskHandle back = kugetsu.delegate("never", ref("back"));
      assertTrue(kugetsu.queue().cancel(back.id()));
      assertFalse(kugetsu.queue().cancel(back.id()), "only once");

      assertEquals(new QueueStats(6, 2, 1, 1, 1, 1), kugetsu.queue().stats());
      assertEquals(
          List.of(good.id(), bad.id(), running.id(), first.id(), second.id(), back.id()),
          ids(kugetsu, QueueFilter.all()));
      assertEquals(List.of(first.id(), second.id()), ids(kugetsu, QueueFilter.of(State.PENDING)));
      assertEquals(List.of(second.id()), ids(kugetsu, QueueFilter.of(State.PENDING).limit(1)));
      assertEquals(
          List.of(bad.id(), back.id()), ids(kugetsu, QueueFilter.of(State.ERROR, State.CANCELLED)));
      assertEquals(List.of(running.id()), ids(kugetsu, QueueFilter.all().ref(ref("running"))));
      assertEquals(OptionalInt.of(2), kugetsu.queue().find(second.id()).orElseThrow().position());

      QueueItem shown = kugetsu.queue().find(bad.id()).orElseThrow();
      assertEquals(TaskStatus.FAILED, shown.status());
      assertEquals(OptionalInt.of(3), shown.outcome().exitCode());
      assertTrue(shown.outcome().lastOutput().contains("it is broken"), shown::toString);
      assertTrue(shown.startedAt().isPresent() && shown.endedAt().isPresent(), shown::toString);
      assertEquals(
          kugetsu.session(ref("bad")).orElseThrow().branch(), shown.branch(), shown::toString);
      assertTrue(shown.branch().isPresent());
      assertEquals(
          shown, kugetsu.queue().list(QueueFilter.of(State.ERROR)).get(0), "as it is listed");

      assertEquals(2, kugetsu.queue().clear());
      assertEquals(
          List.of(bad.id(), running.id(), first.id(), second.id()),
          ids(kugetsu, QueueFilter.all()),
          "what waits or runs stays, and what an interrupted session needs");
      assertEquals(new QueueStats(4, 2, 1, 0, 1, 0), kugetsu.queue().stats());
      assertFalse(Files.exists(temp.resolve("state/runs/" + good.id())));
      assertTrue(Files.exists(temp.resolve("state/runs/" + bad.id())));
      go.write("on");
      assertTrue(running.await(LONG).isSuccess());
      assertTrue(second.await(LONG).isSuccess());
    }
  }

  private static List<TaskId> ids(Kugetsu kugetsu, QueueFilter filter) {
    return kugetsu.queue().list(filter).stream().map(QueueItem::id).toList();
  }

  @Test
  void stats_tell_what_runs_waits_failed_and_who_has_which_permits() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    String script =
        "read m; case $m in break*) exit 3;; hold*) echo x > '"
            + ready.path()
            + "'; read x < '"
            + go.path()
            + "';; esac";
    LimitKey provider = LimitKey.of("provider:acme");
    try (Kugetsu kugetsu = builder(script).open()) {
      kugetsu.init();
      Stats empty = kugetsu.stats();
      assertEquals(List.of(0, 0, 0), List.of(empty.queued(), empty.running(), empty.awaiting()));
      assertEquals(Optional.empty(), empty.oldestWait());
      assertEquals(List.of(), empty.keys());
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ref("a")).await(LONG).status());
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ref("b")).await(LONG).status());
      TaskHandle running = kugetsu.delegate("hold", ref("c"));
      ready.read();
      TaskHandle waiting = kugetsu.delegate("later", ref("d"));
      try (Permit ignored = kugetsu.limiter().tryAcquire(Set.of(provider)).orElseThrow()) {
        Stats stats = kugetsu.stats();
        assertEquals(1, stats.queued());
        assertEquals(1, stats.running(), "a permit is no task");
        assertTrue(stats.oldestWait().isPresent());
        assertEquals(Map.of(FailureType.EXIT_CODE, 2), stats.failures());
        assertEquals(use(LimitKey.AGENTS, 1, 1, OptionalInt.of(1)), key(stats, LimitKey.AGENTS));
        assertEquals(use(provider, 1, 0, OptionalInt.of(2)), key(stats, provider));
        assertTrue(stats.keys().stream().noneMatch(use -> use.key().isSession()));
        String json = stats.toJson();
        assertTrue(json.contains("\"failures\":{\"exit_code\":2}"), json);
        assertTrue(
            json.contains("{\"key\":\"agents\",\"held\":1,\"waiting\":1,\"limit\":1}"), json);
      }
      go.write("on");
      assertTrue(running.await(LONG).isSuccess());
      assertTrue(waiting.await(LONG).isSuccess());
      assertEquals(List.of(), kugetsu.stats().keys());
    }
  }

  private static KeyUse key(Stats stats, LimitKey key) {
    return stats.keys().stream().filter(use -> use.key().equals(key)).findFirst().orElseThrow();
  }

  private static KeyUse use(LimitKey key, int held, int waiting, OptionalInt limit) {
    return new KeyUse(
        key, held, waiting, limit, OptionalInt.empty(), Optional.empty(), Optional.empty());
  }

  @Test
  void of_a_cancel_and_a_stop_at_once_one_tells_the_end() throws Exception {
    Map<TaskId, Integer> told = new ConcurrentHashMap<>();
    try (Kugetsu kugetsu = builder("cat").dispatch(false).open()) {
      kugetsu.init();
      kugetsu
          .tasks()
          .subscribe(
              TaskEvent.Terminal.class, event -> told.merge(event.head().task(), 1, Integer::sum));
      for (int i = 0; i < 40; i++) {
        TaskHandle task = kugetsu.delegate("never", ref("n" + i));
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<Boolean> cancel =
            CompletableFuture.supplyAsync(
                () -> {
                  await(together);
                  return kugetsu.queue().cancel(task.id());
                });
        await(together);
        task.stop("enough");
        cancel.get(60, TimeUnit.SECONDS);
        assertEquals(TaskStatus.CANCELLED, task.await(LONG).status());
      }
      Until.holds("each is told", () -> told.size() == 40);
    }
    assertTrue(told.values().stream().allMatch(times -> times == 1), told::toString);
  }

  @Test
  void after_the_close_nothing_is_taken_although_the_callers_engine_lives_on() {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      Kugetsu kugetsu = builder("cat").engine(engine).open();
      kugetsu.init();
      TaskQueue queue = kugetsu.queue();
      Notifications notifications = kugetsu.notifications();
      kugetsu.close();
      List<Executable> calls =
          List.of(
              () -> queue.enqueue(QueueRequest.of("late", ref("late"))),
              queue::list,
              queue::stats,
              queue::clear,
              queue::paused,
              () -> queue.pause(LimitKey.AGENTS, "late"),
              () -> queue.resume(LimitKey.AGENTS),
              notifications::list,
              notifications::unread,
              notifications::markAllRead,
              () -> notifications.post(Posting.blocked("late")));
      for (Executable call : calls) {
        assertThrows(ClosedException.class, call);
      }
      assertEquals(List.of(), engine.tasks().list(Set.of(TaskStatus.PENDING)));
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
