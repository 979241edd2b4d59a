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
import io.kugetsu.agent.AgentUnavailableException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.AgentSession;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import io.kugetsu.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider that limits the rate, and one that does not work, with real agents. */
class KeysTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final LimitKey PROVIDER = LimitKey.of("provider:x");

  @TempDir Path temp;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
  private final BlockingQueue<TaskEvent.Queued> back = new LinkedBlockingQueue<>();
  private Engine engine;
  private Path says;
  private volatile boolean missing;

  @BeforeEach
  void make() throws Exception {
    TestRepository.create(temp.resolve("shop"));
    says = temp.resolve("says");
    engine =
        Engines.files(
            temp.resolve("state"),
            clock,
            clock.machineTime(),
            Engines.localProbe(ProcessTrees::lives));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private Kugetsu open() {
    Kugetsu kugetsu =
        Kugetsu.builder(temp.resolve("shop"))
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .agent(new Speaking())
            .engine(engine)
            .open();
    kugetsu.init();
    kugetsu
        .tasks()
        .subscribe(
            TaskEvent.Queued.class,
            event -> {
              if (event.epoch() > 0) {
                back.add(event);
              }
            });
    return kugetsu;
  }

  private static QueueRequest message(int issue) {
    return QueueRequest.of("go", IssueRef.parse("github.com/acme/shop#" + issue)).model("x/y");
  }

  private void goesBack(TaskHandle task) throws InterruptedException {
    TaskEvent.Queued event = back.poll(60, TimeUnit.SECONDS);
    assertEquals(task.id(), event == null ? null : event.task());
    assertEquals(TaskStatus.PENDING, task.info().status());
  }

  /** Time passes, and those who wait for it hear of it. */
  private void pass(Kugetsu kugetsu, Duration time) {
    clock.advance(time);
    kugetsu.queue().resume(LimitKey.of("nothing"));
  }

  @Test
  void a_rate_limit_holds_all_that_wait_for_the_provider_and_costs_no_attempt() throws Exception {
    Files.writeString(says, "RATE_LIMIT\n");
    try (Kugetsu kugetsu = open()) {
      TaskHandle first = kugetsu.delegate(message(1));
      goesBack(first);
      assertEquals(0, first.info().attempts());
      Files.writeString(says, "ok\n");
      TaskHandle second = kugetsu.delegate(message(2));
      TaskHandle other = kugetsu.delegate(message(3).model("z/y"));
      assertTrue(other.await(LONG).isSuccess(), "another provider");
      assertEquals(TaskStatus.PENDING, first.info().status());
      assertEquals(TaskStatus.PENDING, second.info().status());
      assertEquals(Optional.of(PROVIDER), engine.keys().all().keySet().stream().findFirst());
      clock.set(clock.instant().plus(Duration.ofDays(1)));
      pass(kugetsu, Duration.ofMillis(2_999));
      assertTrue(kugetsu.delegate(message(4).model("z/y")).await(LONG).isSuccess());
      assertEquals(TaskStatus.PENDING, first.info().status());
      pass(kugetsu, Duration.ofMillis(1));
      assertTrue(first.await(LONG).isSuccess());
      assertTrue(second.await(LONG).isSuccess());
      assertEquals(2, first.info().epoch());
      assertEquals(1, first.info().attempts());
    }
  }

  @Test
  void what_fails_twice_in_a_row_is_paused_until_somebody_resumes_it() throws Exception {
    Files.writeString(says, "AUTHENTICATION\n");
    try (Kugetsu kugetsu = open()) {
      TaskResult failed = kugetsu.delegate(message(1)).await(LONG);
      assertEquals(TaskStatus.FAILED, failed.status());
      TaskHandle waits = kugetsu.delegate(message(2));
      goesBack(waits);
      assertEquals(0, waits.info().attempts());
      assertEquals(
          List.of(PROVIDER),
          kugetsu.queue().paused().stream().map(paused -> paused.key()).toList());
      assertTrue(kugetsu.queue().paused().get(0).byItself());
      List<Notification> told =
          kugetsu.notifications().unread().stream()
              .filter(it -> it.type() == NotificationType.KEY_PAUSED)
              .toList();
      assertEquals(1, told.size());
      assertTrue(told.get(0).message().contains("resume provider:x"), told::toString);
      Files.writeString(says, "ok\n");
      assertTrue(kugetsu.queue().resume(PROVIDER));
      assertFalse(kugetsu.queue().resume(PROVIDER));
      assertTrue(waits.await(LONG).isSuccess());
      assertEquals(List.of(), kugetsu.queue().paused());
    }
  }

  @Test
  void what_is_paused_is_refused_with_the_reason() throws Exception {
    Files.writeString(says, "ok\n");
    try (Kugetsu kugetsu = open()) {
      kugetsu.queue().pause(LimitKey.AGENTS, "the office is closed");
      TaskHandle waits = kugetsu.delegate(message(1));
      LimitReachedException refused =
          assertThrows(
              LimitReachedException.class,
              () -> kugetsu.start(IssueRef.parse("github.com/acme/shop#2"), "go"));
      assertEquals(LimitKey.AGENTS, refused.key());
      assertTrue(refused.why().contains("the office is closed"), refused::getMessage);
      assertEquals(TaskStatus.PENDING, waits.info().status());
      assertFalse(kugetsu.queue().paused().get(0).byItself());
      kugetsu.queue().resume(LimitKey.AGENTS);
      assertTrue(waits.await(LONG).isSuccess());
    }
  }

  /** Nothing is made for an agent that is not there. */
  @Test
  void a_missing_program_pauses_the_agent_and_leaves_no_worktree() throws Exception {
    Files.writeString(says, "ok\n");
    try (Kugetsu kugetsu = open()) {
      kugetsu.queue().pause(LimitKey.AGENTS, "wait");
      TaskHandle task = kugetsu.delegate(message(1));
      missing = true;
      kugetsu.queue().resume(LimitKey.AGENTS);
      goesBack(task);
      assertEquals(1, task.info().attempts());
      pass(kugetsu, Duration.ofSeconds(3));
      goesBack(task);
      assertEquals(1, task.info().attempts(), "a paused key costs none");
      assertEquals(LimitKey.of("agent:speaking"), kugetsu.queue().paused().get(0).key());
      assertEquals(Optional.empty(), kugetsu.session(message(1).ref()));
      assertEquals(List.of(), kugetsu.worktrees().list());
      missing = false;
      kugetsu.queue().resume(LimitKey.of("agent:speaking"));
      assertTrue(task.await(LONG).isSuccess());
    }
  }

  /** A hook ends the first attempt in the middle of making the worktree. */
  @Test
  void a_failed_attempt_leaves_no_half_made_worktree() throws Exception {
    Files.writeString(says, "ok\n");
    Path hook = temp.resolve("shop/.git/hooks/post-checkout");
    Files.createDirectories(hook.getParent());
    Path once = temp.resolve("once");
    Files.writeString(hook, "#!/bin/sh\n[ -e " + once + " ] || { : >" + once + "; exit 1; }\n");
    assertTrue(hook.toFile().setExecutable(true));
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate(message(1));
      goesBack(task);
      assertEquals(1, task.info().attempts());
      assertEquals(List.of(), kugetsu.worktrees().list());
      AgentSession session = kugetsu.session(message(1).ref()).orElseThrow();
      assertEquals(Optional.empty(), session.worktree());
      try (Stream<Path> left = Files.list(temp.resolve("state/worktrees"))) {
        assertEquals(
            List.of(), left.filter(it -> !it.getFileName().toString().startsWith(".")).toList());
      }
      pass(kugetsu, Duration.ofSeconds(3));
      assertTrue(task.await(LONG).isSuccess());
      assertEquals(2, task.info().attempts());
    }
  }

  @Test
  void a_failed_attempt_never_touches_work() throws Exception {
    Files.writeString(says, "ok\n");
    try (Kugetsu kugetsu = open()) {
      assertTrue(kugetsu.delegate(message(1)).await(LONG).isSuccess());
      Path tree = kugetsu.session(message(1).ref()).flatMap(AgentSession::worktree).orElseThrow();
      Files.writeString(tree.resolve("work.txt"), "unsaved");
      Files.writeString(says, "TRANSIENT\n");
      TaskHandle task = kugetsu.delegate(message(1));
      for (int attempt = 1; attempt < 3; attempt++) {
        goesBack(task);
        assertEquals("unsaved", Files.readString(tree.resolve("work.txt")));
        pass(kugetsu, Duration.ofSeconds(12));
      }
      assertEquals(TaskStatus.FAILED, task.await(LONG).status());
      assertEquals(3, task.info().attempts());
      assertEquals("unsaved", Files.readString(tree.resolve("work.txt")));
    }
  }

  /** Says what is in a file. */
  private final class Speaking implements AgentAdapter {
    @Override
    public String name() {
      return "speaking";
    }

    @Override
    public void check(Map<String, String> environment) {
      if (missing) {
        throw new AgentUnavailableException(name(), "install it");
      }
    }

    @Override
    public AgentCommand command(AgentRequest request) {
      return new AgentCommand(List.of("/bin/cat", says.toString()), request.environment(), "");
    }

    @Override
    public AgentTranscript transcript() {
      return new Words();
    }
  }

  private static final class Words implements AgentTranscript {
    private String last = "";

    @Override
    public void line(String line) {
      last = line;
    }

    @Override
    public Optional<String> sessionId() {
      return Optional.empty();
    }

    @Override
    public AgentReport report(boolean exitedWell) {
      boolean done = last.equals("ok");
      return new AgentReport(
          last,
          done ? Optional.empty() : Optional.of(FailureType.valueOf(last)),
          done ? "" : "the provider said so",
          done,
          Optional.empty(),
          "",
          AgentReport.Usage.NONE);
    }
  }
}
