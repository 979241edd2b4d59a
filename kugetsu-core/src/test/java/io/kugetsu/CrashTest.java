package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.internal.RunSpecFile;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.ClassPath;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The program that runs the agents is killed, and the next one finds everything. */
class CrashTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef RUNNING = IssueRef.parse("local:running");
  private static final IssueRef WAITING = IssueRef.parse("local:waiting");
  private static final IssueRef OTHER = IssueRef.parse("local:other");

  /** When the program dies. */
  enum Death {
    /** It is killed while the agent works. */
    KILLED_AT_WORK,
    /** It dies when the agent's supervisor was started, before that could be written down. */
    AFTER_THE_START,
    /** It dies before anything was started. */
    BEFORE_THE_START,
    /** It is killed while the agent works, and kept everything in memory. */
    KILLED_WITH_ALL_IT_KNEW
  }

  /** What there is of a run that was not started. */
  enum Made {
    NOTHING,
    DESCRIPTION,
    CLAIM
  }

  @TempDir Path temp;
  private Fifo ready;
  private Fifo go;
  private TaskId running;
  private TaskId waiting;
  private long program;

  @BeforeEach
  void makeRepository() throws Exception {
    TestRepository.create(temp.resolve("shop"));
    ready = Fifo.create(temp.resolve("ready"));
    go = Fifo.create(temp.resolve("go"));
  }

  /** Hands two messages over in a JVM of its own, under a limit of one, and lets that die. */
  private void die(Death death) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ClassPath.current(),
                Program.class.getName(),
                temp.toString(),
                death.name())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(TestRepository.IDENTITY);
    Process process = builder.start();
    program = process.pid();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      running = new TaskId(said.readLine());
      waiting = new TaskId(said.readLine());
      if (death != Death.BEFORE_THE_START) {
        ready.read();
      }
      if (death == Death.KILLED_AT_WORK || death == Death.KILLED_WITH_ALL_IT_KNEW) {
        assertEquals("started", said.readLine());
        process.destroyForcibly();
      }
    } finally {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    process.waitFor();
  }

  private static KugetsuBuilder builder(Path temp) {
    String witness = temp.resolve("witness").toString();
    return Kugetsu.builder(temp.resolve("shop"))
        .directory(temp.resolve("state"))
        .limits(Limits.of(1))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(
            ShellAgent.running(
                "read m; echo \"session: ${1:-s-1}\"; echo \"start $m\" >> '"
                    + witness
                    + "'; echo x > '"
                    + temp.resolve("ready")
                    + "'; read x < '"
                    + temp.resolve("go")
                    + "'; echo \"end $m\" >> '"
                    + witness
                    + "'; echo \"did $m\""));
  }

  private String mark() {
    return running + ".1";
  }

  private static TaskHandle taskOf(Kugetsu kugetsu, TaskId id) {
    return kugetsu.tasks().find(id).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(
      value = Death.class,
      names = {"KILLED_AT_WORK", "AFTER_THE_START"})
  void what_ran_goes_on_and_is_ended_by_the_next_one_within_the_limit(Death death)
      throws Exception {
    die(death);
    assertFalse(OsProcesses.ofAgent(mark()).isEmpty(), "the agent outlives its program");

    try (Kugetsu next = builder(temp).open()) {
      LimitReachedException full =
          assertThrows(LimitReachedException.class, () -> next.start(OTHER, "now"));
      assertEquals(List.of(running), full.holders(), "what lives counts, whoever is dead");
      assertEquals(TaskStatus.PENDING, taskOf(next, waiting).info().status());
      assertEquals(1, next.limiter().held(LimitKey.AGENTS));
      go.write("on");
      TaskResult result = taskOf(next, running).await(LONG);
      assertTrue(result.isSuccess(), result::toString);
      assertEquals("did now", result.finalAnswer());
      assertEquals(0, result.exitCode().orElseThrow());
      assertEquals(1, result.info().epoch());
      assertEquals(SessionState.IDLE, next.session(RUNNING).orElseThrow().state());
      assertEquals("s-1", next.session(RUNNING).orElseThrow().agentSession().orElseThrow());
      assertFalse(
          Files.exists(temp.resolve("state/runs/" + running + "/1/tmp")),
          "its temporary files are gone");
      ready.read();
      go.write("on");
      assertEquals("did later", taskOf(next, waiting).await(LONG).finalAnswer());
      assertEquals(0, next.limiter().held(LimitKey.AGENTS));
      assertEquals(
          1,
          next.notifications().list().stream()
              .filter(told -> told.task().equals(Optional.of(running)))
              .filter(told -> told.type() == NotificationType.TASK_COMPLETED)
              .count());
    }
    assertEquals(
        List.of("start now", "end now", "start later", "end later"),
        Files.readAllLines(temp.resolve("witness")),
        "each once, one at a time");
  }

  @Test
  void what_ended_before_the_next_one_came_is_judged_by_what_it_left() throws Exception {
    die(Death.KILLED_AT_WORK);
    List<Long> processes = OsProcesses.of(mark());
    go.write("on");
    for (long pid : processes) {
      var process = ProcessHandle.of(pid);
      if (process.isPresent()) {
        process.get().onExit().get(60, TimeUnit.SECONDS);
      }
    }
    try (Kugetsu next = builder(temp).open()) {
      TaskResult result = taskOf(next, running).await(LONG);
      assertTrue(result.isSuccess(), result::toString);
      assertEquals("did now", result.finalAnswer());
      assertEquals(0, result.exitCode().orElseThrow());
      ready.read();
      go.write("on");
      assertTrue(taskOf(next, waiting).await(LONG).isSuccess());
    }
  }

  @ParameterizedTest
  @EnumSource(Made.class)
  void what_was_not_started_goes_back_into_the_line_and_runs_once(Made made) throws Exception {
    die(Death.BEFORE_THE_START);
    Path directory = temp.resolve("state/runs/" + running + "/1");
    assertTrue(Files.isDirectory(directory));
    if (made != Made.NOTHING) {
      description().write(directory.resolve("spec.json"));
    }
    if (made == Made.CLAIM) {
      for (String file : List.of("output.log", "status", "permit.claim")) {
        Files.createFile(directory.resolve(file));
      }
    }
    try (Kugetsu next = builder(temp).open()) {
      for (int i = 0; i < 2; i++) {
        ready.read();
        go.write("on");
      }
      for (TaskId id : List.of(running, waiting)) {
        TaskResult result = taskOf(next, id).await(LONG);
        assertTrue(result.isSuccess(), result::toString);
        assertEquals(1, result.info().attempts());
      }
      assertEquals(2, taskOf(next, running).info().epoch());
      assertFalse(Files.exists(directory.resolve("permit.claim")), "nobody can take it any more");
    }
    List<String> witness = Files.readAllLines(temp.resolve("witness"));
    List<String> order =
        witness.get(0).equals("start now") ? List.of("now", "later") : List.of("later", "now");
    assertEquals(
        order.stream().flatMap(it -> Stream.of("start " + it, "end " + it)).toList(),
        witness,
        "each once, one at a time; while the first is looked after the second may overtake it");
  }

  /** What the dead program would have written of the run that it was about to start. */
  private RunSpecFile description() {
    return new RunSpecFile(
        List.of("/bin/sh"),
        temp.toString(),
        mark(),
        program,
        1,
        Engines.newOwner().bootId(),
        RunSpecFile.ownPidNamespace(),
        false,
        0,
        0,
        null);
  }

  @Test
  void with_an_engine_that_forgets_the_agent_dies_with_its_program() throws Exception {
    die(Death.KILLED_WITH_ALL_IT_KNEW);
    for (long pid : OsProcesses.of(mark())) {
      var process = ProcessHandle.of(pid);
      if (process.isPresent()) {
        process.get().onExit().get(60, TimeUnit.SECONDS);
      }
    }
    assertEquals(List.of(), OsProcesses.of(mark()));
    assertEquals(List.of("start now"), Files.readAllLines(temp.resolve("witness")));
  }

  /** Hands two messages over under a limit of one, and dies. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Path temp = Path.of(args[0]);
      Death death = Death.valueOf(args[1]);
      Engine engine =
          death == Death.KILLED_WITH_ALL_IT_KNEW
              ? Engines.memory(Clock.systemUTC(), Engines.localProbe())
              : Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe());
      BrokenEngine breaking = new BrokenEngine(engine);
      Kugetsu kugetsu = builder(temp).engine(breaking).dispatch(false).open();
      kugetsu.init();
      TaskHandle running = kugetsu.delegate("now", RUNNING);
      System.out.println(running.id());
      System.out.println(kugetsu.delegate("later", WAITING).id());
      System.out.flush();
      AtomicInteger updates = new AtomicInteger();
      breaking.before("update", () -> halt(temp, death, updates.incrementAndGet()));
      Kugetsu worker = builder(temp).engine(breaking).open();
      TaskHandle work = worker.tasks().find(running.id()).orElseThrow();
      work.started().toCompletableFuture().get();
      System.out.println("started");
      System.out.flush();
      work.await();
    }

    /** The first update says that something is about to be started, the second that it was. */
    private static void halt(Path temp, Death death, int update) {
      boolean before = death == Death.BEFORE_THE_START && update == 1;
      boolean after = death == Death.AFTER_THE_START && update == 2;
      if (after) {
        while (!Files.exists(temp.resolve("witness"))) {
          Thread.onSpinWait();
        }
      }
      if (before || after) {
        Runtime.getRuntime().halt(9);
      }
    }
  }
}
