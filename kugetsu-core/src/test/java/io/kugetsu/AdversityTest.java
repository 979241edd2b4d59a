package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.agent.AgentCommand;
import io.kugetsu.agent.AgentReport;
import io.kugetsu.agent.AgentRequest;
import io.kugetsu.agent.AgentTranscript;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.Owner;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever breaks around a run, the run ends, once, and its permit is free again. */
class AdversityTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");
  private static final IssueRef OTHER = IssueRef.parse("local:other");

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  private KugetsuBuilder builder(AgentAdapter agent) {
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .limits(Limits.of(1))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(agent);
  }

  private static Kugetsu initialised(KugetsuBuilder builder) {
    Kugetsu kugetsu = builder.open();
    kugetsu.init();
    return kugetsu;
  }

  private static BrokenEngine memory() {
    return new BrokenEngine(Engines.memory(Clock.systemUTC(), Engines.localProbe()));
  }

  private AgentAdapter sleeping(Fifo ready) {
    return ShellAgent.running("echo x > '" + ready.path() + "'; exec sleep 600");
  }

  @Test
  void a_run_that_gets_no_directory_fails_and_frees_its_permit() throws Exception {
    try (Kugetsu kugetsu = initialised(builder(ShellAgent.running("cat")))) {
      Path runs = temp.resolve("state/runs");
      Files.writeString(runs, "in the way");
      List<TaskHandle> tasks =
          List.of(kugetsu.delegate("one", ISSUE), kugetsu.delegate("two", OTHER));
      for (TaskHandle task : tasks) {
        assertEquals(TaskStatus.FAILED, task.await(LONG).status());
      }
      Files.delete(runs);
      assertTrue(kugetsu.start(OTHER, "three").await(LONG).isSuccess());
    }
  }

  @Test
  void an_end_is_seen_although_the_store_failed_while_the_run_began() throws Exception {
    try (BrokenEngine engine = memory();
        Kugetsu kugetsu = initialised(builder(ShellAgent.running("cat")).engine(engine))) {
      engine.before("update", () -> engine.breaks("find"));
      engine.before("finish", () -> engine.works("find"));
      assertTrue(kugetsu.delegate("one", ISSUE).await(LONG).isSuccess());
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    }
  }

  @Test
  void an_end_that_cannot_be_written_is_written_as_soon_as_it_can_be() throws Exception {
    try (BrokenEngine engine = memory();
        Kugetsu kugetsu = initialised(builder(ShellAgent.running("cat")).engine(engine))) {
      AtomicInteger tries = new AtomicInteger();
      engine.before(
          "finish",
          () -> {
            if (tries.incrementAndGet() == 1) {
              throw new IllegalStateException("a defect of the engine");
            }
          });
      assertTrue(kugetsu.delegate("one", ISSUE).await(LONG).isSuccess());
      assertEquals(2, tries.get());
    }
  }

  @Test
  void a_stop_between_an_end_and_its_other_try_is_the_end() throws Exception {
    try (BrokenEngine engine = memory();
        Kugetsu kugetsu = initialised(builder(new Busy()).engine(engine))) {
      AtomicInteger ends = new AtomicInteger();
      TaskId[] id = new TaskId[1];
      engine.before(
          "finish",
          () -> {
            if (ends.incrementAndGet() == 1) {
              engine.tasks().stopping(id[0], 1, StopReason.user("enough"));
            }
          });
      Fifo go = Fifo.create(temp.resolve("go"));
      TaskHandle task = kugetsu.delegate(go.path().toString(), ISSUE);
      id[0] = task.id();
      go.write("on");
      TaskResult result = task.await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals("enough", result.info().stop().orElseThrow().text());
      assertEquals(SessionState.READY, kugetsu.session(ISSUE).orElseThrow().state());
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    }
  }

  @Test
  void what_a_dead_program_was_stopping_is_interrupted_by_the_next_one() {
    TaskId id;
    try (Kugetsu kugetsu = initialised(builder(ShellAgent.running("cat")).dispatch(false))) {
      id = kugetsu.delegate("one", ISSUE).id();
    }
    try (Engine engine =
        Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe())) {
      Owner dead = new Owner("dead", (1 << 22) - 1, 1, "another boot");
      List<Claim> claims =
          engine
              .tasks()
              .claim(
                  new ClaimRequest(
                      dead, Set.of("agent.shell"), Limits.of(1), 1, null, task -> List.of()));
      assertEquals(1, claims.size());
      assertTrue(engine.tasks().stopping(id, 1, StopReason.user("enough")));
    }
    try (Kugetsu next = builder(ShellAgent.running("cat")).open()) {
      TaskResult result = next.tasks().find(id).orElseThrow().await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertTrue(next.delegate("two", ISSUE).await(LONG).isSuccess());
    }
  }

  @Test
  void a_stop_is_durable_at_once_and_the_permit_is_kept_until_the_agent_is_dead() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo asked = Fifo.create(temp.resolve("asked"));
    Fifo go = Fifo.create(temp.resolve("go"));
    AgentAdapter agent =
        ShellAgent.running(
            "trap \"echo x > '"
                + asked.path()
                + "'; read x < '"
                + go.path()
                + "'; exit 0\" TERM; echo x > '"
                + ready.path()
                + "'; while :; do sleep 1; done");
    try (Kugetsu kugetsu = initialised(builder(agent))) {
      TaskHandle task = kugetsu.delegate("one", ISSUE);
      ready.read();
      assertTrue(task.stop("enough"));
      assertEquals("enough", task.info().stop().orElseThrow().text());
      asked.read();
      assertEquals(TaskStatus.STOPPING, task.info().status());
      assertEquals(1, kugetsu.limiter().held(LimitKey.AGENTS));
      assertThrows(LimitReachedException.class, () -> kugetsu.start(OTHER, "two"));
      assertFalse(OsProcesses.of(task.id() + ".1").isEmpty());
      go.write("on");
      assertEquals(TaskStatus.INTERRUPTED, task.await(LONG).status());
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    }
  }

  @Test
  void a_stop_that_another_carried_out_is_known_at_the_end_although_nobody_had_told()
      throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    try (BrokenEngine engine =
            new BrokenEngine(
                Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe()));
        Kugetsu kugetsu = initialised(builder(sleeping(ready)).engine(engine));
        Kugetsu other = builder(sleeping(ready)).dispatch(false).open()) {
      TaskHandle task = kugetsu.delegate("one", ISSUE);
      ready.read();
      task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      engine.breaks("list"); // it is blind for what others do
      assertTrue(other.tasks().find(task.id()).orElseThrow().stop("from elsewhere"));
      TaskResult result = task.await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals("stopped: from elsewhere", result.outcome().error());
      engine.works("list");
    }
  }

  @Test
  void closing_in_an_interrupted_thread_writes_every_end() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    AgentAdapter agent =
        ShellAgent.running("trap '' TERM; echo x > '" + ready.path() + "'; exec sleep 600");
    Kugetsu kugetsu = initialised(builder(agent).limits(Limits.of(2)));
    TaskHandle stopped = kugetsu.delegate("one", ISSUE);
    ready.read();
    TaskHandle running = kugetsu.delegate("two", OTHER);
    ready.read();
    running.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertTrue(stopped.stop("enough"));
    Thread.currentThread().interrupt();
    CloseReport report = kugetsu.closeGracefully(Duration.ZERO);
    assertTrue(Thread.interrupted(), "the interrupt is kept");
    assertEquals(List.of(running.id()), report.running());
    try (Kugetsu next = builder(ShellAgent.running("cat")).dispatch(false).open()) {
      assertEquals(
          TaskStatus.INTERRUPTED, next.tasks().find(stopped.id()).orElseThrow().info().status());
    }
    try (Kugetsu next = builder(ShellAgent.running("cat")).open()) {
      assertTrue(next.tasks().find(running.id()).orElseThrow().stop("enough"));
      next.tasks().find(running.id()).orElseThrow().await(LONG);
      assertTrue(next.start(IssueRef.parse("local:third"), "three").await(LONG).isSuccess());
    }
  }

  @Test
  void closing_ends_the_agents_although_the_engine_was_closed_before() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe());
    Kugetsu kugetsu = initialised(builder(sleeping(ready)).engine(engine));
    TaskHandle task = kugetsu.delegate("one", ISSUE);
    ready.read();
    assertFalse(OsProcesses.of(task.id() + ".1").isEmpty());
    engine.close();
    kugetsu.close();
    assertEquals(List.of(), OsProcesses.of(task.id() + ".1"));
  }

  @Test
  void a_run_ends_although_the_executor_takes_nothing_any_more() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    ExecutorService executor = Executors.newCachedThreadPool();
    Kugetsu kugetsu = initialised(builder(sleeping(ready)).executor(executor));
    TaskHandle task = kugetsu.delegate("one", ISSUE);
    ready.read();
    executor.shutdown();
    assertTrue(task.stop("enough"));
    kugetsu.close();
    try (Kugetsu next = builder(ShellAgent.running("cat")).open()) {
      assertEquals(
          TaskStatus.INTERRUPTED, next.tasks().find(task.id()).orElseThrow().info().status());
    }
  }

  @Test
  void a_record_that_cannot_be_read_keeps_no_other_wait_from_its_end() throws Exception {
    try (Kugetsu other = initialised(builder(ShellAgent.running("cat")).dispatch(false))) {
      List<TaskHandle> tasks =
          IntStream.range(0, 20)
              .mapToObj(i -> other.delegate("one", IssueRef.parse("local:issue-" + i)))
              .toList();
      List<CompletableFuture<TaskResult>> ends =
          tasks.stream().map(it -> it.completion().toCompletableFuture()).toList();
      Path pending = temp.resolve("state/tasks/pending/" + tasks.get(0).id() + ".json");
      Files.writeString(pending, "{ not json");
      try (Kugetsu kugetsu = builder(ShellAgent.running("cat")).limits(Limits.of(10)).open()) {
        for (CompletableFuture<TaskResult> end : ends.subList(1, 20)) {
          assertTrue(end.get(60, TimeUnit.SECONDS).isSuccess());
        }
      }
      assertFalse(ends.get(0).isDone());
    }
  }

  @Test
  void the_agents_session_is_known_although_it_could_not_be_written_while_it_ran()
      throws Exception {
    Fifo go = Fifo.create(temp.resolve("go"));
    AgentAdapter agent = ShellAgent.running("read x < '" + go.path() + "'; echo session: abc");
    try (BrokenEngine engine = memory();
        Kugetsu kugetsu = initialised(builder(agent).engine(engine))) {
      TaskHandle task = kugetsu.delegate("one", ISSUE);
      task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      // what is written at the start has to be, before nothing can be any more
      CountDownLatch never = new CountDownLatch(1);
      for (int looks = 0; looks < 2_000 && !isRunning(kugetsu); looks++) {
        assertFalse(never.await(5, TimeUnit.MILLISECONDS));
      }
      engine.breaks("sessions.update");
      go.write("on");
      assertTrue(task.await(LONG).isSuccess());
      assertEquals("abc", kugetsu.session(ISSUE).orElseThrow().agentSession().orElseThrow());
    }
  }

  private static boolean isRunning(Kugetsu kugetsu) {
    return kugetsu.session(ISSUE).orElseThrow().state() == SessionState.RUNNING;
  }

  @Test
  void an_adapter_that_throws_fails_its_task_and_leaves_the_session_ready() {
    AgentAdapter agent =
        new Busy() {
          @Override
          public AgentCommand command(AgentRequest request) {
            throw new IllegalStateException("a defect of the adapter");
          }
        };
    try (Kugetsu kugetsu = initialised(builder(agent))) {
      TaskResult result = kugetsu.delegate("one", ISSUE).await(LONG);
      assertEquals(FailureType.INTERNAL, result.outcome().failure().orElseThrow());
      assertEquals(SessionState.READY, kugetsu.session(ISSUE).orElseThrow().state());
    }
  }

  @Test
  void a_transcript_that_throws_fails_its_task_and_interrupts_the_session() {
    AgentAdapter agent =
        new Busy() {
          @Override
          public AgentTranscript transcript() {
            return new Silent() {
              @Override
              public AgentReport report(boolean exitedWell) {
                throw new IllegalStateException("a defect of the adapter");
              }
            };
          }
        };
    try (Kugetsu kugetsu = initialised(builder(agent))) {
      TaskResult result = kugetsu.delegate("/dev/null", ISSUE).await(LONG);
      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals(FailureType.INTERNAL, result.outcome().failure().orElseThrow());
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ISSUE).orElseThrow().state());
    }
  }

  /** An agent whose provider is overloaded: it reads the file that its message names, and ends. */
  private static class Busy implements AgentAdapter {
    @Override
    public String name() {
      return "busy";
    }

    @Override
    public void check(Map<String, String> environment) {
      // it is always there
    }

    @Override
    public AgentCommand command(AgentRequest request) {
      return new AgentCommand(
          List.of("/bin/sh", "-c", "read f; read x < \"$f\""),
          request.environment(),
          request.prompt() + "\n");
    }

    @Override
    public AgentTranscript transcript() {
      return new Silent();
    }
  }

  /** Says that nothing was done, and that it may be tried again. */
  private static class Silent implements AgentTranscript {
    @Override
    public void line(String line) {
      // nothing is made of it
    }

    @Override
    public Optional<String> sessionId() {
      return Optional.empty();
    }

    @Override
    public AgentReport report(boolean exitedWell) {
      return new AgentReport(
          "",
          Optional.of(FailureType.TRANSIENT),
          "overloaded",
          false,
          Optional.empty(),
          "",
          AgentReport.Usage.NONE);
    }
  }
}
