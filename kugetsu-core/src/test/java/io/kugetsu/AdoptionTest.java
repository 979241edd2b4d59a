package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.common.ClosedException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance closes while its agents work; they go on, and the next one has them. */
class AdoptionTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("github.com/acme/shop#42");
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

  /** Says that it works, waits to be told how to end, and answers. */
  private AgentAdapter agent() {
    return ShellAgent.running(
        "read m; echo \"session: ${1:-s-1}\"; echo \"$m\" >> done.txt; echo x > '"
            + ready.path()
            + "'; read code < '"
            + go.path()
            + "'; echo \"did $m\"; exit $code");
  }

  private KugetsuBuilder builder() {
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .limits(Limits.of(1))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(agent());
  }

  private Kugetsu open() {
    Kugetsu kugetsu = builder().open();
    kugetsu.init();
    return kugetsu;
  }

  /** A message is at work, and the instance is closed over it. */
  private TaskId left() throws Exception {
    Kugetsu kugetsu = open();
    TaskHandle running = kugetsu.delegate("work", ISSUE);
    ready.read();
    assertEquals(List.of(running.id()), kugetsu.closeGracefully(Duration.ZERO).running());
    return running.id();
  }

  private static String mark(TaskId id) {
    return id + ".1";
  }

  private static long told(Kugetsu kugetsu, TaskId id, NotificationType type) {
    return kugetsu.notifications().list().stream()
        .filter(it -> it.task().equals(Optional.of(id)) && it.type() == type)
        .count();
  }

  /** Waits until some instance has the run; nobody is told that. */
  private void awaitOwner(TaskId id) {
    try (Engine engine =
        Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe())) {
      long end = System.nanoTime() + LONG.toNanos();
      while (engine.tasks().find(id).orElseThrow().owner() == null) {
        assertTrue(System.nanoTime() < end, "nobody has adopted it");
        Thread.onSpinWait();
      }
    }
  }

  private static void awaitEnd(List<Long> pids) throws Exception {
    for (long pid : pids) {
      var process = ProcessHandle.of(pid);
      if (process.isPresent()) {
        process.get().onExit().get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void closing_lets_what_runs_go_on_and_the_next_instance_ends_it_well() throws Exception {
    Kugetsu kugetsu = open();
    TaskHandle running = kugetsu.delegate("work", ISSUE);
    ready.read();
    TaskHandle waiting = kugetsu.delegate("later", OTHER);
    CloseReport report = kugetsu.closeGracefully(Duration.ZERO);
    assertEquals(List.of(), report.stopped());
    assertEquals(List.of(running.id()), report.running());
    assertEquals(List.of(waiting.id()), report.pending());
    assertThrows(ClosedException.class, kugetsu::list);
    assertThrows(ClosedException.class, () -> running.await(LONG));
    kugetsu.close();
    assertFalse(OsProcesses.ofAgent(mark(running.id())).isEmpty(), "the agent works on");

    try (Kugetsu looking = builder().dispatch(false).open()) {
      assertEquals(1, looking.limiter().held(LimitKey.AGENTS), "its permit is held by itself");
      assertThrows(LimitReachedException.class, () -> looking.start(OTHER, "now"));
      assertEquals(TaskStatus.RUNNING, taskOf(looking, running.id()).info().status());
    }
    try (Kugetsu next = builder().open()) {
      awaitOwner(running.id());
      assertEquals(1, next.limiter().held(LimitKey.AGENTS));
      assertEquals(TaskStatus.PENDING, taskOf(next, waiting.id()).info().status());
      assertEquals(SessionState.RUNNING, next.session(ISSUE).orElseThrow().state());
      go.write("0");
      TaskResult result = taskOf(next, running.id()).await(LONG);
      assertTrue(result.isSuccess(), result::toString);
      assertEquals("did work", result.finalAnswer());
      assertEquals(1, result.info().epoch());
      assertEquals(1, told(next, running.id(), NotificationType.TASK_STARTED));
      assertEquals(1, told(next, running.id(), NotificationType.TASK_COMPLETED));
      AgentSession session = next.session(ISSUE).orElseThrow();
      assertEquals(SessionState.IDLE, session.state());
      assertEquals("s-1", session.agentSession().orElseThrow());
      assertEquals(
          "work\n", Files.readString(session.worktree().orElseThrow().resolve("done.txt")));
      ready.read();
      go.write("0");
      assertEquals("did later", taskOf(next, waiting.id()).await(LONG).finalAnswer());
      assertEquals(0, next.limiter().held(LimitKey.AGENTS));
      assertEquals(List.of(), next.tasks().active());
    }
  }

  private static TaskHandle taskOf(Kugetsu kugetsu, TaskId id) {
    return kugetsu.tasks().find(id).orElseThrow();
  }

  @Test
  void what_ended_while_no_instance_was_open_is_judged_by_what_it_left() throws Exception {
    for (String code : List.of("0", "7")) {
      TaskId id = left();
      List<Long> processes = OsProcesses.of(mark(id));
      go.write(code);
      awaitEnd(processes);
      try (Kugetsu next = builder().open()) {
        TaskResult result = taskOf(next, id).await(LONG);
        assertEquals(Integer.parseInt(code), result.exitCode().orElseThrow());
        assertEquals("s-1", next.session(ISSUE).orElseThrow().agentSession().orElseThrow());
        assertEquals(0, next.limiter().held(LimitKey.AGENTS));
        if (code.equals("0")) {
          assertTrue(result.isSuccess(), result::toString);
          assertEquals("did work", result.finalAnswer());
          assertEquals(1, told(next, id, NotificationType.TASK_COMPLETED));
        } else {
          assertEquals(TaskStatus.FAILED, result.status());
          assertTrue(result.outcome().lastOutput().contains("did work"));
          assertEquals(1, told(next, id, NotificationType.TASK_ERROR));
          assertEquals(SessionState.INTERRUPTED, next.session(ISSUE).orElseThrow().state());
        }
      }
    }
  }

  @Test
  void an_adopted_agent_is_stopped_like_any_other() throws Exception {
    TaskId id = left();
    try (Kugetsu next = builder().open()) {
      awaitOwner(id);
      assertTrue(taskOf(next, id).stop("enough"));
      TaskResult result = taskOf(next, id).await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals("enough", result.info().stop().orElseThrow().text());
      assertEquals(FailureType.STOPPED, result.outcome().failure().orElseThrow());
      assertEquals(List.of(), OsProcesses.of(mark(id)));
      assertEquals(SessionState.INTERRUPTED, next.session(ISSUE).orElseThrow().state());
      assertEquals(0, next.limiter().held(LimitKey.AGENTS));
    }
  }

  @Test
  void what_nobody_has_is_stopped_by_who_only_looks_and_judged_by_the_next() throws Exception {
    TaskId id = left();
    List<Long> processes = OsProcesses.of(mark(id));
    try (Kugetsu looking = builder().dispatch(false).open()) {
      assertTrue(taskOf(looking, id).stop("from elsewhere"));
      awaitEnd(processes);
      assertEquals(TaskStatus.STOPPING, taskOf(looking, id).info().status());
    }
    try (Kugetsu next = builder().open()) {
      TaskResult result = taskOf(next, id).await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals("from elsewhere", result.info().stop().orElseThrow().text());
      assertEquals(SessionState.INTERRUPTED, next.session(ISSUE).orElseThrow().state());
    }
  }

  @Test
  void an_instance_that_is_open_takes_over_at_once_and_tells_who_waits_there() throws Exception {
    Kugetsu first = open();
    TaskHandle task = first.delegate("work", ISSUE);
    ready.read();
    try (Kugetsu second = builder().open()) {
      first.close();
      awaitOwner(task.id());
      go.write("0");
      assertEquals("did work", taskOf(second, task.id()).await(LONG).finalAnswer());
      assertEquals(1, told(second, task.id(), NotificationType.TASK_COMPLETED));
    }
  }

  @Test
  void it_may_be_left_again_and_again() throws Exception {
    TaskId id = left();
    for (int i = 0; i < 3; i++) {
      Kugetsu next = builder().open();
      awaitOwner(id);
      assertEquals(List.of(id), next.closeGracefully(Duration.ZERO).running());
    }
    go.write("0");
    try (Kugetsu last = builder().open()) {
      TaskResult result = taskOf(last, id).await(LONG);
      assertEquals("did work", result.finalAnswer());
      assertEquals(1, result.info().epoch());
      assertEquals(1, told(last, id, NotificationType.TASK_COMPLETED));
    }
  }

  /** It had found nothing that runs, and must neither end what then began nor leave it alone. */
  @Test
  void what_begins_while_the_instance_closes_goes_on_too() throws Exception {
    CompletableFuture<Void> about = new CompletableFuture<>();
    CompletableFuture<CloseReport> report = new CompletableFuture<>();
    try (BrokenEngine engine =
        new BrokenEngine(
            Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe()))) {
      Kugetsu kugetsu = builder().engine(engine).open();
      kugetsu.init();
      Thread closer =
          new Thread(() -> report.complete(kugetsu.closeGracefully(Duration.ZERO)), "test-closer");
      engine.before(
          "update",
          () -> {
            engine.works("update");
            about.complete(null);
            awaitWaiting(closer);
          });
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      about.get(60, TimeUnit.SECONDS);
      closer.start();
      assertEquals(List.of(task.id()), report.get(60, TimeUnit.SECONDS).running());
      closer.join();
      ready.read();
      try (Kugetsu next = builder().open()) {
        go.write("0");
        TaskResult result = taskOf(next, task.id()).await(LONG);
        assertEquals("did work", result.finalAnswer(), result::toString);
        assertEquals(1, result.info().epoch());
      }
    }
  }

  /** Until it waits for the end of what runs. */
  private static void awaitWaiting(Thread closer) {
    while (Stream.of(closer.getStackTrace()).noneMatch(it -> it.getMethodName().equals("awaitEnds"))
        || closer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void with_an_engine_that_forgets_agents_end_with_the_instance() throws Exception {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      Kugetsu kugetsu = builder().engine(engine).open();
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      ready.read();
      task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      CloseReport report = kugetsu.closeGracefully(Duration.ZERO);
      assertEquals(List.of(task.id()), report.stopped());
      assertEquals(List.of(), report.running());
      assertEquals(List.of(), OsProcesses.of(mark(task.id())));
      var ended = engine.tasks().find(task.id()).orElseThrow();
      assertEquals(TaskStatus.INTERRUPTED, ended.status());
      assertEquals(StopReason.Origin.SHUTDOWN, Objects.requireNonNull(ended.stop()).origin());
    }
  }
}
