package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.queue.QueueItem;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionNotFoundException;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.OutputFollowing;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KugetsuTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("github.com/acme/shop#42");
  private static final IssueRef OTHER = IssueRef.parse("local:other");

  private static final String SECRET = "s3cr3t-value";

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  private Kugetsu open(AgentAdapter agent) {
    return open(agent, Limits.of(3));
  }

  private Kugetsu open(AgentAdapter agent, Limits limits) {
    Kugetsu kugetsu = builder(agent).limits(limits).open();
    kugetsu.init();
    return kugetsu;
  }

  private KugetsuBuilder builder(AgentAdapter agent) {
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(agent);
  }

  private static List<NotificationType> told(Kugetsu kugetsu, TaskHandle task) {
    return kugetsu.notifications().list().stream()
        .filter(notification -> notification.task().equals(Optional.of(task.id())))
        .map(Notification::type)
        .toList();
  }

  @Test
  void a_delegated_message_is_done_in_a_worktree_of_its_own_and_told() throws Exception {
    try (Kugetsu kugetsu = open(ShellAgent.committing())) {
      TaskHandle task = kugetsu.delegate("Fix the flaky login test", ISSUE);
      TaskResult result = task.await(LONG);

      assertEquals(TaskStatus.COMPLETED, result.status(), () -> result.toString());
      assertEquals(0, result.exitCode().orElseThrow());
      AgentSession session = kugetsu.session(ISSUE).orElseThrow();
      assertEquals(SessionState.IDLE, session.state());
      Path tree = session.worktree().orElseThrow();
      assertEquals("Fix the flaky login test", Files.readString(tree.resolve("message.txt")));
      String head = TestRepository.git(tree, "rev-parse", "HEAD");
      assertEquals("committed " + head, result.finalAnswer());
      assertEquals(head, repository.git("rev-parse", session.branch().orElseThrow()));
      assertTrue(result.changes().startsWith("1 commit on kugetsu/"), result.changes());
      assertEquals("", repository.git("status", "--porcelain"), "the clone itself is untouched");
      assertEquals(
          List.of(
              NotificationType.TASK_QUEUED,
              NotificationType.TASK_DEQUEUED,
              NotificationType.TASK_STARTED,
              NotificationType.TASK_COMPLETED),
          told(kugetsu, task));
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
      assertTrue(task.output(1000).contains("committed " + head));
      assertEquals(task.id(), kugetsu.logs(1).get(0).task());
    }
  }

  @Test
  void a_further_message_goes_on_in_the_same_session_and_worktree() throws Exception {
    AgentAdapter agent =
        ShellAgent.running(
            """
            echo "session: ${1:-first}"
            echo "went on with: ${1:-nothing}"
            cat >> all.txt; echo >> all.txt
            """);
    try (Kugetsu kugetsu = open(agent)) {
      assertThrows(
          SessionNotFoundException.class, () -> kugetsu.continueSession(ISSUE, "too early"));
      assertEquals(
          "went on with: nothing", kugetsu.delegate("one", ISSUE).await(LONG).finalAnswer());
      assertEquals(
          "went on with: first", kugetsu.continueSession(ISSUE, "two").await(LONG).finalAnswer());
      assertEquals("went on with: first", kugetsu.start(ISSUE, "three").await(LONG).finalAnswer());

      AgentSession session = kugetsu.session(ISSUE).orElseThrow();
      assertEquals("first", session.agentSession().orElseThrow());
      assertEquals(
          "one\ntwo\nthree\n",
          Files.readString(session.worktree().orElseThrow().resolve("all.txt")));
      assertEquals(1, kugetsu.list().size());
    }
  }

  @Test
  void the_message_arrives_byte_for_byte() throws Exception {
    List<String> messages =
        List.of(
            "both \"double\" and 'single' quotes",
            "lines\nof\r\ntext\n\n",
            "$(touch x) `touch y` ${HOME} %s \\ \\n \\\\",
            "an emoji \uD83E\uDD9C and ümläuts",
            "- --help -x leading dash",
            "long ".repeat(20_000) + "end");
    try (Kugetsu kugetsu = open(ShellAgent.running("cat > message.txt"))) {
      for (int i = 0; i < messages.size(); i++) {
        IssueRef ref = IssueRef.parse("local:message-" + i);
        kugetsu.delegate(messages.get(i), ref).await(LONG);
        Path tree = kugetsu.session(ref).orElseThrow().worktree().orElseThrow();
        assertArrayEquals(
            messages.get(i).getBytes(StandardCharsets.UTF_8),
            Files.readAllBytes(tree.resolve("message.txt")));
      }
    }
  }

  @Test
  void an_agent_killed_from_outside_fails_with_its_signal_and_frees_its_permit() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    AgentAdapter agent =
        ShellAgent.running("echo at work; echo go > '" + ready.path() + "'; exec sleep 600");
    try (Kugetsu kugetsu = open(agent, Limits.of(1))) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      ready.read();
      task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertEquals(1, kugetsu.limiter().held(LimitKey.AGENTS));
      long pid = OsProcesses.ofAgent(task.id() + ".1").get(0);
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();

      TaskResult result = task.await(LONG);
      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals("SIGKILL", result.signal().orElseThrow());
      assertTrue(result.exitCode().isEmpty());
      assertEquals(FailureType.SIGNAL, result.outcome().failure().orElseThrow());
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ISSUE).orElseThrow().state());
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
      Notification told =
          kugetsu.notifications().unread().stream()
              .filter(it -> it.type() == NotificationType.TASK_ERROR)
              .findFirst()
              .orElseThrow();
      assertEquals("SIGKILL", told.signal().orElseThrow());
      assertTrue(told.lastOutput().contains("at work"));
    }
  }

  @Test
  void a_failing_agent_is_told_with_exit_code_and_last_output() {
    try (Kugetsu kugetsu = open(ShellAgent.running("echo it broke >&2; exit 7"))) {
      TaskResult result = kugetsu.delegate("work", ISSUE).await(LONG);
      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals(7, result.exitCode().orElseThrow());
      assertTrue(result.outcome().lastOutput().contains("it broke"));
      List<Notification> unread = kugetsu.notifications().unread();
      Notification last = unread.get(unread.size() - 1);
      assertEquals(NotificationType.TASK_ERROR, last.type());
      assertEquals(7, last.exitCode().orElseThrow());
      assertTrue(last.lastOutput().contains("it broke"));
      assertEquals(unread.size(), kugetsu.notifications().markAllRead());
      assertEquals(List.of(), kugetsu.notifications().unread());
    }
  }

  @Test
  void stopping_ends_the_whole_tree_and_interrupts_the_session() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    AgentAdapter agent =
        ShellAgent.running(
            "(setsid sleep 600 &) ; sleep 600 & echo go > '" + ready.path() + "'; sleep 600");
    try (Kugetsu kugetsu = open(agent)) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      ready.read();
      assertTrue(task.stop("enough"));
      TaskResult result = task.await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals("enough", result.info().stop().orElseThrow().text());
      assertEquals(List.of(), OsProcesses.of(task.id() + ".1"));
      assertEquals(SessionState.INTERRUPTED, kugetsu.session(ISSUE).orElseThrow().state());
      assertFalse(task.stop("again"), "it has ended");
    }
  }

  @Test
  void an_interrupted_session_holds_what_waits_until_somebody_goes_on() throws Exception {
    AgentAdapter agent =
        ShellAgent.running("read m; echo \"$m\" >> all.txt; case $m in break*) exit 1;; esac");
    try (Kugetsu kugetsu = open(agent)) {
      assertEquals(TaskStatus.FAILED, kugetsu.delegate("break", ISSUE).await(LONG).status());
      TaskHandle held = kugetsu.delegate("held", ISSUE);
      assertEquals(TaskStatus.COMPLETED, kugetsu.delegate("elsewhere", OTHER).await(LONG).status());
      assertEquals(TaskStatus.PENDING, held.info().status());

      kugetsu.continueSession(ISSUE, "go on").await(LONG);
      Path tree = kugetsu.session(ISSUE).orElseThrow().worktree().orElseThrow();
      assertEquals("break\nheld\ngo on\n", Files.readString(tree.resolve("all.txt")));
      assertEquals(TaskStatus.COMPLETED, held.await(LONG).status());
    }
  }

  @Test
  void start_is_refused_at_the_limit_and_names_who_has_the_permit() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    AgentAdapter agent =
        ShellAgent.running("echo x > '" + ready.path() + "'; read x < '" + go.path() + "'");
    try (Kugetsu kugetsu = open(agent, Limits.of(1))) {
      TaskHandle running = kugetsu.start(ISSUE, "work");
      ready.read();
      LimitReachedException full =
          assertThrows(LimitReachedException.class, () -> kugetsu.start(OTHER, "more"));
      assertEquals(LimitKey.AGENTS, full.key());
      assertEquals(1, full.limit());
      assertEquals(List.of(running.id()), full.holders());
      assertTrue(full.getMessage().contains("Max concurrent agents (1) reached"));
      assertTrue(kugetsu.session(OTHER).isEmpty(), "a refusal leaves nothing");
      assertEquals(1, kugetsu.tasks().list().size());

      TaskHandle waiting = kugetsu.delegate("later", OTHER);
      assertEquals(1, kugetsu.queue().find(waiting.id()).orElseThrow().position().orElseThrow());
      assertEquals(SessionState.WAITING, stateOf(kugetsu, OTHER));
      go.write("on");
      assertTrue(running.await(LONG).isSuccess());
      ready.read();
      go.write("on");
      assertTrue(waiting.await(LONG).isSuccess());
    }
  }

  private static SessionState stateOf(Kugetsu kugetsu, IssueRef ref) {
    return kugetsu.list().stream()
        .filter(session -> session.ref().equals(ref))
        .findFirst()
        .orElseThrow()
        .state();
  }

  @Test
  void what_waits_can_be_taken_back_and_never_starts() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    AgentAdapter agent =
        ShellAgent.running("echo x > '" + ready.path() + "'; read x < '" + go.path() + "'");
    try (Kugetsu kugetsu = open(agent, Limits.of(1))) {
      TaskHandle running = kugetsu.delegate("work", ISSUE);
      ready.read();
      TaskHandle waiting = kugetsu.delegate("never", OTHER);
      assertTrue(kugetsu.queue().cancel(waiting.id()));
      assertEquals(TaskStatus.CANCELLED, waiting.await(LONG).status());
      assertEquals(
          QueueItem.State.CANCELLED, kugetsu.queue().find(waiting.id()).orElseThrow().state());
      go.write("on");
      running.await(LONG);
      assertTrue(kugetsu.session(OTHER).isEmpty());
    }
  }

  @Test
  void destroy_refuses_while_work_would_be_lost_and_keeps_the_branch() throws Exception {
    try (Kugetsu kugetsu = open(ShellAgent.committing())) {
      kugetsu.delegate("work", ISSUE).await(LONG);
      AgentSession session = kugetsu.session(ISSUE).orElseThrow();
      Path tree = session.worktree().orElseThrow();
      Files.writeString(tree.resolve("notes.txt"), "not committed");
      Destruction.Refused refused =
          assertInstanceOf(Destruction.Refused.class, kugetsu.destroy(ISSUE));
      assertTrue(refused.reasons().toString().contains("notes.txt"), refused.toString());
      assertTrue(Files.exists(tree.resolve("notes.txt")));

      Files.delete(tree.resolve("notes.txt"));
      assertInstanceOf(Destruction.Destroyed.class, kugetsu.destroy(ISSUE));
      assertFalse(Files.exists(tree));
      assertEquals(List.of(), kugetsu.list());
      String branch = session.branch().orElseThrow();
      assertEquals("Note the message", repository.git("log", "-1", "--format=%s", branch));
    }
  }

  @Test
  void destroy_saves_on_request_what_would_be_lost_and_it_can_be_given_back() throws Exception {
    try (Kugetsu kugetsu = open(ShellAgent.committing())) {
      kugetsu.delegate("work", ISSUE).await(LONG);
      Path tree = kugetsu.session(ISSUE).orElseThrow().worktree().orElseThrow();
      Files.writeString(tree.resolve("notes.txt"), "not committed");

      Destruction.Destroyed destroyed =
          assertInstanceOf(
              Destruction.Destroyed.class,
              kugetsu.destroy(ISSUE, RemovalRequest.refusing().rescue()));

      assertFalse(Files.exists(tree));
      Rescue rescue = destroyed.removal().orElseThrow().rescue().orElseThrow();
      assertInstanceOf(Restoration.Restored.class, kugetsu.worktrees().restore(rescue));
      assertEquals("not committed", Files.readString(tree.resolve("notes.txt")));
      // a further message goes on in it
      assertTrue(kugetsu.delegate("again", ISSUE).await(LONG).isSuccess());
      assertEquals(tree, kugetsu.session(ISSUE).orElseThrow().worktree().orElseThrow());
    }
  }

  @Test
  void a_ref_that_was_destroyed_can_be_worked_on_again_and_keeps_its_commits() throws Exception {
    try (Kugetsu kugetsu = open(ShellAgent.committing())) {
      kugetsu.delegate("first", ISSUE).await(LONG);
      assertInstanceOf(Destruction.Destroyed.class, kugetsu.destroy(ISSUE));
      TaskResult again = kugetsu.delegate("second", ISSUE).await(LONG);
      assertTrue(again.isSuccess(), again::toString);
      Path tree = kugetsu.session(ISSUE).orElseThrow().worktree().orElseThrow();
      assertEquals("3", TestRepository.git(tree, "rev-list", "--count", "HEAD"));
    }
  }

  @Test
  void an_idempotency_key_makes_the_same_request_one_task() {
    try (Kugetsu kugetsu = open(ShellAgent.committing())) {
      QueueRequest request = QueueRequest.of("work", ISSUE).idempotencyKey("webhook-7");
      TaskHandle first = kugetsu.delegate(request);
      first.await(LONG);
      assertEquals(first.id(), kugetsu.delegate(request).id());
      assertEquals(1, kugetsu.tasks().list().size());
    }
  }

  @Test
  void secrets_are_masked_wherever_what_the_agent_prints_is_read() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    AgentAdapter agent =
        ShellAgent.running(
            "env; echo \"the key is $SHOP_API_KEY\"; echo x > '"
                + ready.path()
                + "'; read x < '"
                + go.path()
                + "'; exit 1");
    Map<String, String> variables = new HashMap<>(TestRepository.IDENTITY);
    variables.put("SHOP_API_KEY", SECRET);
    Path raw;
    try (Kugetsu kugetsu = builder(agent).environment(variables).open()) {
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      ready.read();
      assertReadsMasked(task); // while it runs
      StringBuffer followed = new StringBuffer();
      OutputFollowing following = task.follow(0, page -> followed.append(page.text()));
      go.write("on");
      TaskResult result = task.await(LONG);
      following.done().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertReadsMasked(task); // and afterwards
      assertMasked(followed.toString());
      assertMasked(result.outcome().lastOutput());
      assertFalse(result.toString().contains(SECRET));
      assertFalse(kugetsu.notifications().list().toString().contains(SECRET));
      raw = kugetsu.logs(1).get(0).file();
    }
    // the agent writes this file by itself: it is the one place, and for its owner's eyes only
    assertTrue(Files.readString(raw).contains(SECRET));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(raw)));
    try (var files = Files.walk(temp.resolve("state"))) {
      for (Path file : files.filter(Files::isRegularFile).filter(it -> !it.equals(raw)).toList()) {
        assertFalse(
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(SECRET),
            file::toString);
      }
    }
  }

  private static void assertReadsMasked(TaskHandle task) {
    assertMasked(task.output(100_000));
    assertMasked(task.output().preview());
    assertMasked(task.output(0, 100_000).text());
  }

  private static void assertMasked(String text) {
    assertTrue(text.contains("the key is ***MASKED***"), text);
    assertFalse(text.contains(SECRET), text);
  }

  @Test
  void what_is_written_is_closed_to_others() throws Exception {
    try (Kugetsu kugetsu = open(ShellAgent.committing())) {
      kugetsu.delegate("work", ISSUE).await(LONG);
    }
    Path state = temp.resolve("state");
    try (var files = Files.walk(state)) {
      for (Path file : files.filter(it -> !it.startsWith(state.resolve("worktrees"))).toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        assertTrue(mode.endsWith("------"), file + " is " + mode);
      }
    }
  }
}
