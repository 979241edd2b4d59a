package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.SpawnRefusedException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.config.ResumePolicy;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.queue.QueueItem;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.Until;
import io.kugetsu.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a message can be handed over with. */
class RequestsTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ONE = IssueRef.parse("local:one");
  private static final IssueRef TWO = IssueRef.parse("local:two");

  @TempDir Path temp;
  private final Map<String, String> variables = new HashMap<>(TestRepository.IDENTITY);
  private Fifo ready;
  private Fifo go;

  @BeforeEach
  void make() throws Exception {
    TestRepository.create(temp.resolve("shop"));
    Files.createDirectories(temp.resolve("state"));
    ready = Fifo.create(temp.resolve("ready"));
    go = Fifo.create(temp.resolve("go"));
  }

  private KugetsuBuilder builder() {
    return Kugetsu.builder(temp.resolve("shop"))
        .directory(temp.resolve("state"))
        .environment(variables)
        .gates()
        .agent(
            ShellAgent.running(
                "read m; echo \"session: ${1:-s-1}\"; echo \"$m $1\" > '"
                    + ready.path()
                    + "'; read x < '"
                    + go.path()
                    + "'; echo done"));
  }

  private static Kugetsu initialised(KugetsuBuilder builder) {
    Kugetsu kugetsu = builder.open();
    kugetsu.init();
    return kugetsu;
  }

  /** What is known under its key needs neither a clone nor an agent any more. */
  @Test
  void a_known_key_counts_before_everything_else() throws Exception {
    TaskId first;
    QueueRequest request = QueueRequest.of("work\n", ONE).idempotencyKey("once");
    try (Kugetsu kugetsu = initialised(builder().dispatch(false))) {
      first = kugetsu.delegate(request).id();
      assertEquals(first, kugetsu.queue().enqueue(request).id());
    }
    Files.delete(temp.resolve("state/repositories.json"));
    try (Kugetsu kugetsu = builder().dispatch(false).open()) {
      assertEquals(first, kugetsu.delegate(request).id());
      assertEquals(first, kugetsu.queue().enqueue(request).id());
      assertThrows(RuntimeException.class, () -> kugetsu.delegate("work", ONE));
      assertEquals(1, kugetsu.queue().list().size());
    }
  }

  @Test
  void it_does_not_start_before_its_time() throws Exception {
    ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
    try (Engine engine =
            Engines.files(
                temp.resolve("state"),
                clock,
                clock.machineTime(),
                Engines.localProbe(ProcessTrees::lives));
        Kugetsu kugetsu = initialised(builder().engine(engine))) {
      Instant time = clock.instant().plus(Duration.ofHours(1));
      TaskHandle later = kugetsu.delegate(QueueRequest.of("later\n", ONE).notBefore(time));
      clock.set(time.minusMillis(1));
      TaskHandle now = kugetsu.delegate(QueueRequest.of("now\n", TWO));
      assertEquals("now ", ready.read());
      assertEquals(TaskStatus.PENDING, later.info().status());
      go.write("on");
      now.await(LONG);
      clock.set(time);
      kugetsu.queue().resume(LimitKey.of("nothing"));
      assertEquals("later ", ready.read());
      go.write("on");
      assertTrue(later.await(LONG).isSuccess());
    }
  }

  @Test
  void a_child_is_refused_before_anything_is_made_for_it_and_its_parent_waits_for_it()
      throws Exception {
    try (Kugetsu kugetsu = initialised(builder().spawnLimits(new SpawnLimits(1, 20, 200)))) {
      TaskHandle parent = kugetsu.delegate(QueueRequest.of("parent\n", ONE).requestedBy("ann"));
      assertEquals("parent ", ready.read());
      TaskHandle child = kugetsu.delegate(QueueRequest.of("child\n", TWO).parent(parent.id()));
      assertEquals("child ", ready.read());
      IssueRef three = IssueRef.parse("local:three");
      SpawnRefusedException refused =
          assertThrows(
              SpawnRefusedException.class,
              () -> kugetsu.delegate(QueueRequest.of("too deep", three).parent(child.id())));
      assertEquals(SpawnRefusedException.Reason.DEPTH, refused.reason());
      assertEquals(Optional.empty(), kugetsu.session(three));
      kugetsu.tasks().find(child.id()).orElseThrow().stop("no");
      assertEquals(TaskStatus.INTERRUPTED, child.await(LONG).status());
      go.write("on");
      TaskResult end = parent.await(LONG);
      assertEquals(TaskStatus.FAILED, end.status());
      assertEquals(Optional.of(FailureType.CHILD), end.outcome().failure());
      assertEquals(QueueItem.State.ERROR, kugetsu.queue().find(parent.id()).orElseThrow().state());
      assertEquals(SessionState.IDLE, kugetsu.session(ONE).orElseThrow().state());
    }
    try (Engine engine =
        Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe())) {
      assertTrue(
          engine.tasks().list(Set.of(TaskStatus.FAILED)).stream()
              .allMatch(it -> "ann".equals(it.requestedBy())));
    }
  }

  @Test
  void its_own_time_counts_more_than_the_builders_and_that_more_than_the_files() throws Exception {
    Files.writeString(temp.resolve("state/config"), "TASK_TIMEOUT_MINUTES=1\n");
    try (Kugetsu kugetsu = initialised(builder())) {
      assertEquals(Duration.ofMinutes(1), kugetsu.settings().taskTimeout());
    }
    variables.put("TASK_TIMEOUT_MINUTES", "2");
    try (Kugetsu kugetsu = initialised(builder())) {
      assertEquals(Duration.ofMinutes(2), kugetsu.settings().taskTimeout());
    }
    try (Kugetsu kugetsu = initialised(builder().taskTimeout(Duration.ofMillis(500)))) {
      TaskHandle own = kugetsu.delegate(QueueRequest.of("own\n", TWO).timeout(Duration.ZERO));
      assertEquals("own ", ready.read());
      // It waits for who reads what it says, in vain: it may be ended before it says anything.
      TaskHandle usual = kugetsu.delegate(QueueRequest.of("usual\n", ONE));
      TaskResult end = usual.await(LONG);
      assertEquals(TaskStatus.TIMED_OUT, end.status());
      assertEquals(1, end.info().attempts());
      // on a slow machine its time may be over before its agent is there
      assertEquals(
          end.info().startedAt().isPresent() ? SessionState.INTERRUPTED : SessionState.READY,
          kugetsu.session(ONE).orElseThrow().state());
      assertEquals(TaskStatus.RUNNING, own.info().status());
      go.write("on");
      assertTrue(own.await(LONG).isSuccess());
    }
    assertThrows(
        InvalidRequestException.class,
        () -> QueueRequest.of("x", ONE).timeout(Duration.ofSeconds(-1)));
  }

  @Test
  void its_time_goes_on_when_its_program_ends() throws Exception {
    TaskId id;
    Duration time = Duration.ofSeconds(4);
    try (Kugetsu kugetsu = initialised(builder())) {
      // what takes long of a first message, its worktree, is there for the second one
      TaskHandle first = kugetsu.delegate("first\n", ONE);
      assertEquals("first ", ready.read());
      go.write("on");
      assertTrue(first.await(LONG).isSuccess());
      TaskHandle task = kugetsu.delegate(QueueRequest.of("work\n", ONE).timeout(time));
      task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      id = task.id();
    }
    try (Kugetsu kugetsu = builder().open()) {
      TaskResult end = kugetsu.tasks().find(id).orElseThrow().await(LONG);
      assertEquals(TaskStatus.TIMED_OUT, end.status());
      Duration took = Duration.between(end.info().createdAt(), end.info().endedAt().orElseThrow());
      assertTrue(took.compareTo(time) >= 0, took::toString);
    }
  }

  /** An agent was at work, and the machine was started anew. */
  private TaskId rebooted() throws Exception {
    TaskId id;
    try (Kugetsu kugetsu = initialised(builder())) {
      id = kugetsu.delegate(QueueRequest.of("work\n", ONE)).id();
      assertEquals("work ", ready.read());
      Until.holds(
          "the agent's session is known",
          () -> kugetsu.session(ONE).flatMap(AgentSession::agentSession).isPresent());
    }
    for (long pid : OsProcesses.of(id + ".1").stream().sorted().toList()) {
      OsProcesses.end(pid);
    }
    for (Path file :
        List.of(
            temp.resolve("state/runs/" + id + "/1/spec.json"),
            temp.resolve("state/tasks/running/" + id + ".json"))) {
      Files.writeString(
          file, Files.readString(file).replace(ProcessFacts.bootId(), "an-earlier-boot"));
    }
    return id;
  }

  @Test
  void after_a_reboot_a_person_is_asked_unless_something_else_is_said() throws Exception {
    TaskId id = rebooted();
    try (Kugetsu kugetsu = builder().open()) {
      TaskResult end = kugetsu.tasks().find(id).orElseThrow().await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, end.status(), end::toString);
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ONE).orElseThrow().state());
    }
  }

  @Test
  void after_a_reboot_the_message_is_sent_again_where_that_is_wanted() throws Exception {
    TaskId id = rebooted();
    Files.writeString(temp.resolve("state/config"), "RESUME_INTERRUPTED=auto\n");
    try (Kugetsu kugetsu = builder().open()) {
      assertEquals("work s-1", ready.read(), "in the same conversation");
      go.write("on");
      TaskResult end = kugetsu.tasks().find(id).orElseThrow().await(LONG);
      assertTrue(end.isSuccess(), end::toString);
      assertEquals(2, end.info().epoch());
      assertEquals(1, end.info().attempts());
    }
  }

  @Test
  void after_a_reboot_it_ends_where_that_is_wanted() throws Exception {
    TaskId id = rebooted();
    try (Kugetsu kugetsu = builder().resumeInterrupted(ResumePolicy.NEVER).open()) {
      TaskResult end = kugetsu.tasks().find(id).orElseThrow().await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, end.status());
      assertEquals(SessionState.READY, kugetsu.session(ONE).orElseThrow().state());
      assertEquals(QueueItem.State.ERROR, kugetsu.queue().find(id).orElseThrow().state());
    }
  }
}
