package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A list of the sessions beside the beginning of one, before it has a record. */
@Timeout(120)
class ListBesideTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");

  @TempDir Path temp;
  private final CountDownLatch claimed = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private Engine memory;
  private BrokenEngine engine;
  private TestRepository repository;

  @BeforeEach
  void make() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
    memory = Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
    engine = new BrokenEngine(memory);
    engine.before(
        "sessions.create",
        () -> {
          claimed.countDown();
          await(goOn);
        });
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private Kugetsu open() {
    Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(temp.resolve("state"))
            .limits(Limits.of(1))
            .environment(TestRepository.IDENTITY)
            .gates()
            .engine(engine)
            .agent(ShellAgent.running("read m; :"))
            .open();
    kugetsu.init();
    return kugetsu;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<SessionState> states(Kugetsu kugetsu) {
    return kugetsu.list().stream().map(AgentSession::state).toList();
  }

  @Test
  void what_was_claimed_is_in_preparation_whatever_waits_behind_it() {
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      await(claimed);
      assertEquals(List.of(SessionState.PREPARING), states(kugetsu));
      TaskHandle behind = kugetsu.delegate("more", ISSUE);
      assertEquals(List.of(SessionState.PREPARING), states(kugetsu));
      goOn.countDown();
      assertTrue(task.await(LONG).isSuccess());
      assertTrue(behind.await(LONG).isSuccess());
      assertEquals(List.of(SessionState.IDLE), states(kugetsu));
    }
  }

  @Test
  void what_comes_and_ends_during_the_look_is_there() {
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      await(claimed);
      afterTheLook(() -> end(task));
      assertEquals(List.of(SessionState.IDLE), states(kugetsu));
    }
  }

  @Test
  void what_is_destroyed_during_the_look_is_gone() {
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      await(claimed);
      afterTheLook(
          () -> {
            end(task);
            assertInstanceOf(Destruction.Destroyed.class, kugetsu.destroy(ISSUE));
          });
      assertEquals(List.of(), states(kugetsu));
    }
  }

  /** Between the look at the records and the answer; nobody else lists them. */
  private void afterTheLook(Runnable step) {
    Thread looking = Thread.currentThread();
    engine.after(
        "sessions.list",
        () -> {
          if (Thread.currentThread() == looking) {
            engine.works("sessions.list");
            step.run();
          }
        });
  }

  private void end(TaskHandle task) {
    goOn.countDown();
    assertTrue(task.await(LONG).isSuccess());
  }
}
