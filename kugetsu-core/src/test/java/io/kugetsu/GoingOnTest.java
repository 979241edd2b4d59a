package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.common.ClosedException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may let a session go on, and what happens when that comes to nothing. */
class GoingOnTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");
  private static final IssueRef OTHER = IssueRef.parse("local:other");

  @TempDir Path temp;
  private TestRepository repository;
  private Fifo ready;
  private Fifo go;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
    ready = Fifo.create(temp.resolve("ready"));
    go = Fifo.create(temp.resolve("go"));
  }

  private Kugetsu open() {
    Kugetsu kugetsu = builder().open();
    kugetsu.init();
    return kugetsu;
  }

  private KugetsuBuilder builder() {
    // breaks when it is told so, waits when it is told so, else is done at once
    AgentAdapter agent =
        ShellAgent.running(
            "read m; case $m in break) exit 1;; wait) echo x > '"
                + ready.path()
                + "'; read x < '"
                + go.path()
                + "';; esac");
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .limits(Limits.of(1))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(agent);
  }

  @Test
  void a_start_that_is_refused_leaves_an_interrupted_session_interrupted() throws Exception {
    try (Kugetsu kugetsu = open()) {
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ISSUE).await(LONG).status());
      TaskHandle running = kugetsu.delegate("wait", OTHER);
      ready.read();
      LimitReachedException full =
          assertThrows(LimitReachedException.class, () -> kugetsu.start(ISSUE, "go on"));
      assertEquals(LimitKey.AGENTS, full.key());
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ISSUE).orElseThrow().state());

      TaskHandle held = kugetsu.delegate("held", ISSUE);
      go.write("on");
      assertTrue(running.await(LONG).isSuccess());
      LimitReachedException behind =
          assertThrows(LimitReachedException.class, () -> kugetsu.start(ISSUE, "go on"));
      assertTrue(behind.key().isSession());
      assertTrue(kugetsu.delegate("elsewhere", OTHER).await(LONG).isSuccess());
      assertEquals(TaskStatus.PENDING, held.info().status());
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ISSUE).orElseThrow().state());
    }
  }

  /** What was continued meanwhile is not held again by a start that came to nothing. */
  @Test
  void a_start_that_is_refused_does_not_hold_what_somebody_else_has_let_go() {
    Engine real = Engines.memory(Clock.systemUTC(), Engines.localProbe());
    BrokenEngine engine = new BrokenEngine(real);
    AtomicInteger admissions = new AtomicInteger();
    AtomicReference<TaskHandle> continued = new AtomicReference<>();
    try (real;
        Kugetsu kugetsu = builder().engine(engine).open()) {
      kugetsu.init();
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ISSUE).await(LONG).status());
      kugetsu.queue().pause(LimitKey.AGENTS, "for now");
      engine.after(
          "admit",
          () -> {
            if (admissions.incrementAndGet() == 2) { // the first has found it held
              continued.set(kugetsu.continueSession(ISSUE, "go on"));
            }
          });
      assertThrows(LimitReachedException.class, () -> kugetsu.start(ISSUE, "now"));
      kugetsu.queue().resume(LimitKey.AGENTS);
      assertTrue(continued.get().await(LONG).isSuccess());
    }
  }

  @Test
  void a_start_goes_on_with_an_interrupted_session() {
    try (Kugetsu kugetsu = open()) {
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ISSUE).await(LONG).status());
      assertTrue(kugetsu.start(ISSUE, "go on").await(LONG).isSuccess());
      assertEquals(SessionState.IDLE, kugetsu.session(ISSUE).orElseThrow().state());
    }
  }

  @Test
  void a_session_is_not_destroyed_while_a_message_waits_for_it() throws Exception {
    try (Kugetsu kugetsu = open()) {
      assertTrue(kugetsu.delegate("work", ISSUE).await(LONG).isSuccess());
      TaskHandle running = kugetsu.delegate("wait", OTHER);
      ready.read();
      TaskHandle waiting = kugetsu.delegate("more", ISSUE);
      assertInstanceOf(Destruction.Refused.class, kugetsu.destroy(ISSUE));
      assertInstanceOf(Destruction.Refused.class, kugetsu.destroy(OTHER));
      go.write("on");
      assertTrue(running.await(LONG).isSuccess());
      assertTrue(waiting.await(LONG).isSuccess());
      assertInstanceOf(Destruction.Destroyed.class, kugetsu.destroy(ISSUE));
    }
  }

  @Test
  void what_waits_for_an_interrupted_session_begins_anew_when_that_is_destroyed() {
    try (Kugetsu kugetsu = open()) {
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ISSUE).await(LONG).status());
      TaskHandle held = kugetsu.delegate("held", ISSUE);
      assertInstanceOf(Destruction.Destroyed.class, kugetsu.destroy(ISSUE));
      assertTrue(held.await(LONG).isSuccess());
    }
  }

  @Test
  void draining_takes_nothing_new_and_still_sees_stops_from_elsewhere() throws Exception {
    ExecutorService closer = Executors.newSingleThreadExecutor();
    try (Kugetsu other = open();
        Kugetsu kugetsu = open()) {
      TaskHandle running = kugetsu.start(ISSUE, "wait");
      ready.read();
      CompletableFuture<CloseReport> closing =
          CompletableFuture.supplyAsync(
              () -> kugetsu.closeGracefully(Duration.ofDays(36_500)), closer);
      while (!closing.isDone()) {
        try {
          kugetsu.continueSession(ISSUE, "behind");
          Thread.onSpinWait();
        } catch (ClosedException e) {
          break;
        }
      }
      assertTrue(other.tasks().find(running.id()).orElseThrow().stop("enough"));
      assertEquals(0, closing.get(60, TimeUnit.SECONDS).stopped().size());
      assertEquals(
          TaskStatus.INTERRUPTED,
          other.tasks().find(running.id()).orElseThrow().await(LONG).status());
    } finally {
      closer.shutdown();
    }
  }

  @Test
  void a_wait_may_be_as_long_as_a_duration_can_be() {
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      assertTrue(task.await(Duration.ofSeconds(Long.MAX_VALUE)).isSuccess());
      kugetsu.limiter().acquire(LimitKey.of("build"), Duration.ofSeconds(Long.MAX_VALUE)).close();
    }
  }
}
