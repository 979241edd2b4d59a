package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.OpencodeCli;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.model.ModelRequest;
import io.kugetsu.model.ModelServer;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.ClassPath;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.Opencode;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with the real opencode, which asks a scripted model. */
@Tag("opencode")
class OpencodeIT extends LeakFree {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final IssueRef ISSUE = IssueRef.parse("github.com/acme/shop#42");

  @TempDir Path temp;
  private ModelServer model;
  private Map<String, String> environment;
  private TestRepository repository;
  private Kugetsu kugetsu;

  @BeforeEach
  void open() throws Exception {
    Path program = Opencode.program();
    model = ModelServer.start();
    repository = TestRepository.create(temp.resolve("shop"));
    environment = Opencode.environment(temp, model);
    kugetsu = open(temp, environment, program);
  }

  private static Kugetsu open(Path temp, Map<String, String> environment, Path program) {
    Kugetsu kugetsu =
        Kugetsu.builder(temp.resolve("shop"))
            .directory(temp.resolve("state"))
            .hostEnvironment(false)
            .environment(environment)
            .gates()
            .limits(Limits.of(3))
            .agent(OpencodeCli.at(program))
            .open();
    kugetsu.init();
    return kugetsu;
  }

  @AfterEach
  void close() {
    if (kugetsu != null) {
      kugetsu.close();
    }
    if (model != null) {
      model.close();
    }
  }

  private TaskHandle delegate(IssueRef ref, String... lines) {
    return kugetsu.delegate(String.join("\n", lines), ref);
  }

  private AgentSession session() {
    return kugetsu.session(ISSUE).orElseThrow();
  }

  @Test
  void opencode_edits_and_commits_in_its_worktree_and_the_outcome_is_told() throws Exception {
    TaskHandle task =
        delegate(
            ISSUE,
            "MODEL: write-file notes.txt hello world",
            "MODEL: shell git add -A && git commit -q -m 'Take notes'",
            "MODEL: say All done.");
    TaskResult result = task.await(LONG);

    assertTrue(result.isSuccess(), result::toString);
    assertEquals("All done.", result.finalAnswer());
    Path tree = session().worktree().orElseThrow();
    assertTrue(Files.readString(tree.resolve("notes.txt")).contains("hello world"));
    assertEquals("Take notes", TestRepository.git(tree, "log", "-1", "--format=%s"));
    assertTrue(result.changes().startsWith("1 commit on kugetsu/"), result.changes());
    assertEquals(SessionState.IDLE, session().state());
    assertTrue(session().agentSession().orElseThrow().startsWith("ses_"));
    assertEquals("", repository.git("status", "--porcelain"), "the clone itself is untouched");
    assertEquals(List.of(), OsProcesses.of(task.id() + ".1"));
    assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    Notification told =
        kugetsu.notifications().unread().stream()
            .filter(it -> it.type() == NotificationType.TASK_COMPLETED)
            .findFirst()
            .orElseThrow();
    assertTrue(told.message().contains("All done."), told.message());
    assertTrue(told.lastOutput().contains("All done."), told.lastOutput());
    try (Stream<Path> files = Files.list(temp.resolve("state/runs/" + task.id() + "/1"))) {
      assertFalse(
          files.anyMatch(file -> file.endsWith("tmp")), "its temporary files go with the run");
    }
  }

  @Test
  void messages_arrive_byte_for_byte_also_from_three_first_starts_at_once() {
    List<String> messages =
        List.of(
            "both \"double\" and 'single' quotes\n$(touch x) `y` ${HOME} \\ \\n %s\n",
            "- --help an emoji \uD83E\uDD9C and ümläuts\r\n\ttabs",
            "  " + "long ".repeat(20_000) + "end");
    List<TaskHandle> tasks = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      tasks.add(delegate(IssueRef.parse("local:message-" + i), messages.get(i)));
    }
    for (TaskHandle task : tasks) {
      TaskResult result = task.await(LONG);
      assertTrue(result.isSuccess(), result::toString);
    }
    assertEquals(
        messages.stream().sorted().toList(),
        model.requests().stream()
            .filter(ModelRequest::isWork)
            .map(ModelRequest::prompt)
            .sorted()
            .toList());
  }

  @Test
  void a_further_message_goes_on_in_opencodes_own_session() {
    assertTrue(delegate(ISSUE, "MODEL: say first").await(LONG).isSuccess());
    String id = session().agentSession().orElseThrow();
    TaskResult second = delegate(ISSUE, "MODEL: say second").await(LONG);
    assertTrue(second.isSuccess(), second::toString);
    assertEquals("second", second.finalAnswer());
    assertEquals(id, session().agentSession().orElseThrow());
    String asked = model.requests().get(model.requests().size() - 1).body();
    assertTrue(asked.contains("MODEL: say first"), "the model saw the earlier message");
  }

  @Test
  void a_server_error_that_passes_is_tried_again_because_nothing_was_done_yet() {
    TaskResult result = delegate(ISSUE, "MODEL: error 500 8 retry-after 0.05").await(LONG);
    assertTrue(result.isSuccess(), result::toString);
    assertFalse(result.finalAnswer().isEmpty());
    assertEquals(2, result.info().epoch());
    assertEquals(2, result.info().attempts());
  }

  @Test
  void a_server_error_that_stays_fails_after_three_attempts() {
    TaskResult result = delegate(ISSUE, "MODEL: error 500 retry-after 0.05").await(LONG);
    assertEquals(TaskStatus.FAILED, result.status());
    assertEquals(FailureType.TRANSIENT, result.outcome().failure().orElseThrow());
    assertEquals(3, result.info().attempts());
    assertTrue(result.outcome().error().contains("500"), result.outcome().error());
    assertEquals(SessionState.INTERRUPTED, session().state());
  }

  @Test
  void a_rate_limit_costs_no_attempt() {
    TaskResult result = delegate(ISSUE, "MODEL: error 429 8 retry-after 0.1").await(LONG);
    assertTrue(result.isSuccess(), result::toString);
    assertEquals(2, result.info().epoch());
    assertEquals(1, result.info().attempts());
  }

  @Test
  void refused_credentials_fail_at_once() {
    TaskResult result = delegate(ISSUE, "MODEL: error 401").await(LONG);
    assertEquals(TaskStatus.FAILED, result.status());
    assertEquals(FailureType.AUTHENTICATION, result.outcome().failure().orElseThrow());
    assertEquals(1, result.info().attempts());
  }

  @Test
  void an_answer_without_text_is_done_and_one_that_is_cut_short_is_not() {
    TaskResult empty = delegate(ISSUE, "MODEL: empty").await(LONG);
    assertEquals(TaskStatus.COMPLETED, empty.status());
    assertEquals("", empty.finalAnswer());
    TaskResult cut = delegate(ISSUE, "MODEL: length").await(LONG);
    assertEquals(TaskStatus.FAILED, cut.status());
    assertEquals(FailureType.TRUNCATED, cut.outcome().failure().orElseThrow());
  }

  @Test
  void several_tools_in_one_turn_and_a_slow_answer_are_waited_for() throws Exception {
    TaskResult result =
        delegate(
                ISSUE,
                "MODEL: slow 1.5 write-file a.txt one",
                "MODEL: and write-file b.txt two",
                "MODEL: say both")
            .await(LONG);
    assertTrue(result.isSuccess(), result::toString);
    Path tree = session().worktree().orElseThrow();
    assertTrue(Files.exists(tree.resolve("a.txt")) && Files.exists(tree.resolve("b.txt")));
    assertTrue(result.changes().contains("2 uncommitted"), result.changes());
  }

  @Test
  void a_model_that_never_answers_is_ended_by_stop_and_the_session_can_go_on() {
    TaskHandle silent = delegate(ISSUE, "MODEL: never");
    model.awaitRequest(ModelRequest::isWork, LONG);
    assertTrue(silent.stop("no answer"));
    TaskResult result = silent.await(LONG);
    assertEquals(TaskStatus.INTERRUPTED, result.status());
    assertEquals(List.of(), OsProcesses.of(silent.id() + ".1"));
    assertEquals(SessionState.INTERRUPTED, session().state());

    TaskResult next = kugetsu.continueSession(ISSUE, "MODEL: say here again").await(LONG);
    assertTrue(next.isSuccess(), next::toString);
  }

  @Test
  void opencode_killed_while_its_tool_runs_fails_with_the_signal_and_leaves_no_tool_behind() {
    TaskHandle task = delegate(ISSUE, "MODEL: shell echo $$ > shell.pid; sleep 600");
    model.awaitRequest(ModelRequest::isWork, LONG);
    String mark = task.id() + ".1";
    long opencode = OsProcesses.ofAgent(mark).get(0);
    awaitTool(mark);
    ProcessHandle.of(opencode).orElseThrow().destroyForcibly();
    TaskResult result = task.await(LONG);
    assertEquals(TaskStatus.FAILED, result.status());
    assertEquals("SIGKILL", result.signal().orElseThrow());
    assertEquals(List.of(), OsProcesses.of(mark), "its tool is gone too");
    assertEquals(SessionState.INTERRUPTED, session().state());
  }

  @Test
  void opencode_goes_on_without_its_program_and_the_next_one_gets_its_answer() throws Exception {
    kugetsu.close();
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    TaskId id = killed(ready, go);
    assertFalse(OsProcesses.ofAgent(id + ".1").isEmpty(), "opencode outlives its program");

    try (Kugetsu next = open(temp, environment, Opencode.program())) {
      assertEquals(1, next.limiter().held(LimitKey.AGENTS));
      go.write("on");
      TaskResult result = next.tasks().find(id).orElseThrow().await(LONG);
      assertTrue(result.isSuccess(), result::toString);
      assertEquals("All done.", result.finalAnswer());
      assertEquals(1, result.info().epoch());
      AgentSession session = next.session(ISSUE).orElseThrow();
      assertEquals(SessionState.IDLE, session.state());
      assertTrue(session.agentSession().orElseThrow().startsWith("ses_"));
      assertEquals(
          List.of("MODEL: shell"),
          model.requests().stream()
              .filter(ModelRequest::isWork)
              .map(it -> it.prompt().substring(0, 12))
              .distinct()
              .toList());
      assertEquals(
          1,
          next.notifications().list().stream()
              .filter(it -> it.type() == NotificationType.TASK_COMPLETED)
              .count());
      assertEquals(0, next.limiter().held(LimitKey.AGENTS));
      TaskResult further = next.continueSession(ISSUE, "MODEL: say Still here.").await(LONG);
      assertEquals("Still here.", further.finalAnswer(), further::toString);
    }
  }

  /** Lets another JVM hand a message over, and kills that one while opencode's tool runs. */
  private TaskId killed(Fifo ready, Fifo go) throws Exception {
    Properties variables = new Properties();
    variables.putAll(environment);
    try (OutputStream out = Files.newOutputStream(temp.resolve("environment"))) {
      variables.store(out, null);
    }
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ClassPath.current(),
                Program.class.getName(),
                temp.toString(),
                Opencode.program().toString(),
                "MODEL: shell echo x > '" + ready.path() + "'; read x < '" + go.path() + "'",
                "MODEL: say All done.")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      TaskId id =
          new TaskId(
              new BufferedReader(
                      new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))
                  .readLine());
      ready.read();
      return id;
    } finally {
      program.destroyForcibly().waitFor();
    }
  }

  /** Hands a message over, and waits for its end, or its own. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Path temp = Path.of(args[0]);
      Properties variables = new Properties();
      try (InputStream in = Files.newInputStream(temp.resolve("environment"))) {
        variables.load(in);
      }
      Map<String, String> environment = new HashMap<>();
      variables.stringPropertyNames().forEach(it -> environment.put(it, variables.getProperty(it)));
      Kugetsu kugetsu = OpencodeIT.open(temp, environment, Path.of(args[1]));
      TaskHandle task = kugetsu.delegate(args[2] + "\n" + args[3], ISSUE);
      System.out.println(task.id());
      System.out.flush();
      task.await();
    }
  }

  /** Looks again and again until opencode has a child that runs its tool; nobody could tell us. */
  private static void awaitTool(String mark) {
    long end = System.nanoTime() + LONG.toNanos();
    while (OsProcesses.ofAgent(mark).size() < 2) {
      assertTrue(System.nanoTime() < end, "opencode ran no tool");
      Thread.onSpinWait();
    }
  }
}
