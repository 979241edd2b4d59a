package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
  void what_was_only_being_prepared_goes_back_into_the_line_at_close() throws Exception {
    Fifo reached = Fifo.create(temp.resolve("reached"));
    Fifo go = Fifo.create(temp.resolve("go"));
    Path hook = repository.directory().resolve(".git/hooks/post-checkout");
    Files.createDirectories(hook.getParent());
    Files.writeString(
        hook, "#!/bin/sh\necho x > '" + reached.path() + "'\nread x < '" + go.path() + "'\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    Kugetsu kugetsu = builder("echo done").open();
    kugetsu.init();
    TaskHandle task = kugetsu.delegate("work", ISSUE);
    reached.read();
    CompletableFuture<CloseReport> report = new CompletableFuture<>();
    Thread closing =
        new Thread(() -> report.complete(kugetsu.closeGracefully(Duration.ZERO)), "test-closing");
    closing.start();
    while (!report.isDone() && !awaitsEnds(closing)) {
      Thread.onSpinWait();
    }
    go.write("on");
    CloseReport left = report.get(60, TimeUnit.SECONDS);
    assertEquals(List.of(), left.stopped());
    assertEquals(List.of(task.id()), left.pending());
    Files.delete(hook);
    try (Kugetsu next = builder("echo done").open()) {
      TaskResult result = next.tasks().find(task.id()).orElseThrow().await(LONG);
      assertEquals("done", result.finalAnswer(), result::toString);
      assertEquals(1, result.info().attempts());
    }
  }

  /** Every run has been told of the closing by then, and nothing outside shows it. */
  private static boolean awaitsEnds(Thread closing) {
    return Stream.of(closing.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("awaitEnds"));
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
