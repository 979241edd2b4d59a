package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.common.ClosedException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.NotInitializedException;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds a session, what lets it go on, and what ends it. */
class SessionsTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");
  private static final IssueRef OTHER = IssueRef.parse("local:other");
  private static final String FAILS_ON_BREAK = "read m; case $m in break*) exit 1;; esac";

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
        .limits(Limits.of(1))
        .agent(ShellAgent.running(script));
  }

  @Test
  void a_refused_start_leaves_an_interrupted_session_as_it_was() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    String script =
        "read m; case $m in break*) exit 1;; hold*) echo x > '"
            + ready.path()
            + "'; read x < '"
            + go.path()
            + "';; esac";
    try (Kugetsu kugetsu = builder(script).open()) {
      kugetsu.init();
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ISSUE).await(LONG).status());
      TaskHandle running = kugetsu.delegate("hold", OTHER);
      ready.read();
      assertThrows(LimitReachedException.class, () -> kugetsu.start(ISSUE, "again"));
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ISSUE).orElseThrow().state());
      TaskHandle held = kugetsu.delegate("held", ISSUE);
      go.write("on");
      assertTrue(running.await(LONG).isSuccess());
      assertTrue(kugetsu.delegate("elsewhere", OTHER).await(LONG).isSuccess());
      assertEquals(TaskStatus.PENDING, held.info().status());
      assertTrue(kugetsu.queue().cancel(held.id()));
      assertTrue(kugetsu.start(ISSUE, "again").await(LONG).isSuccess());
    }
  }

  @Test
  void destroying_an_interrupted_session_lets_what_it_held_begin_anew() {
    try (Kugetsu kugetsu = builder(FAILS_ON_BREAK).open()) {
      kugetsu.init();
      kugetsu.delegate("break", ISSUE).await(LONG);
      TaskHandle held = kugetsu.delegate("held", ISSUE);
      assertEquals(TaskStatus.PENDING, held.info().status());
      assertInstanceOf(Destruction.Destroyed.class, kugetsu.destroy(ISSUE));
      assertTrue(held.await(LONG).isSuccess());
      assertEquals(SessionState.IDLE, kugetsu.session(ISSUE).orElseThrow().state());
      assertEquals(
          List.of("agent.shell", "agent.shell"),
          kugetsu.tasks().list().stream().map(it -> it.kind()).toList(),
          "what took the session apart is no task of anybody's");
    }
  }

  @Test
  void a_session_is_listed_before_its_run_has_written_it_down() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    AgentAdapter agent = mock(AgentAdapter.class, delegatesTo(ShellAgent.running("cat")));
    doAnswer(
            call -> {
              if (Thread.currentThread() != caller) { // the first thing that a run does
                begun.countDown();
                assertTrue(go.await(60, TimeUnit.SECONDS));
              }
              return null;
            })
        .when(agent)
        .check(any());
    try (Kugetsu kugetsu = builder("cat").agent(agent).open()) {
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      assertTrue(begun.await(60, TimeUnit.SECONDS));
      assertEquals(List.of(ISSUE), kugetsu.list().stream().map(session -> session.ref()).toList());
      go.countDown();
      assertTrue(task.await(LONG).isSuccess());
      assertEquals(SessionState.IDLE, kugetsu.list().get(0).state());
    }
  }

  @Test
  void the_queue_alone_asks_for_init_too() {
    try (Kugetsu kugetsu = builder("cat").open()) {
      assertThrows(
          NotInitializedException.class,
          () -> kugetsu.queue().enqueue(QueueRequest.of("work", ISSUE)));
    }
  }

  @Test
  void while_it_drains_nothing_new_is_taken_and_what_runs_ends_well() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    Kugetsu kugetsu =
        builder("echo x > '" + ready.path() + "'; read x < '" + go.path() + "'").open();
    kugetsu.init();
    TaskHandle running = kugetsu.delegate("work", ISSUE);
    ready.read();
    CompletableFuture<TaskResult> end = running.completion().toCompletableFuture();
    TaskHandle waiting = kugetsu.delegate("later", OTHER);
    CompletableFuture<CloseReport> report =
        CompletableFuture.supplyAsync(
            () -> kugetsu.closeGracefully(LONG), action -> new Thread(action).start());
    boolean refused = false;
    while (!refused) {
      try {
        kugetsu.delegate("too late", OTHER);
      } catch (ClosedException e) {
        refused = true;
      }
    }
    go.write("on");
    assertTrue(end.get(60, TimeUnit.SECONDS).isSuccess());
    CloseReport left = report.get(60, TimeUnit.SECONDS);
    assertEquals(List.of(), left.stopped());
    assertTrue(left.pending().contains(waiting.id()));
  }

  @Test
  void a_wait_of_any_length_is_a_wait() {
    try (Kugetsu kugetsu = builder("echo done").open()) {
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      assertTrue(task.await(Duration.ofSeconds(Long.MAX_VALUE)).isSuccess());
      assertTrue(task.await(Duration.ofSeconds(-1)).isSuccess());
    }
  }
}
