package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.ClassPath;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskResult;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that runs the agents is killed, and the next one finds everything. */
class CrashTest extends LeakFree {
  private static final IssueRef RUNNING = IssueRef.parse("local:running");
  private static final IssueRef WAITING = IssueRef.parse("local:waiting");

  @TempDir Path temp;

  @Test
  void after_a_kill_what_ran_is_lost_and_interrupted_and_what_waited_is_done() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Fifo ready = Fifo.create(temp.resolve("ready"));
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ClassPath.current(),
                Program.class.getName(),
                repository.directory().toString(),
                temp.resolve("state").toString(),
                ready.path().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(TestRepository.IDENTITY);
    Process program = builder.start();
    TaskId running;
    TaskId waiting;
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
      running = new TaskId(said.readLine());
      waiting = new TaskId(said.readLine());
      ready.read();
    } finally {
      program.destroyForcibly().waitFor();
    }
    assertEquals(1, OsProcesses.of(running + ".1").size(), "the agent outlives its program");

    try (Kugetsu next = open(repository.directory(), temp.resolve("state"), "cat")) {
      TaskResult lost = next.tasks().find(running).orElseThrow().await(Duration.ofSeconds(60));
      assertEquals(TaskStatus.LOST, lost.status());
      assertEquals(FailureType.LOST, lost.outcome().failure().orElseThrow());
      assertEquals(List.of(), OsProcesses.of(running + ".1"), "nothing of it runs on");
      assertEquals(SessionState.INTERRUPTED, next.session(RUNNING).orElseThrow().state());
      assertFalse(
          Files.exists(temp.resolve("state/runs/" + running + "/1/tmp")),
          "its temporary files are gone");
      TaskResult done = next.tasks().find(waiting).orElseThrow().await(Duration.ofSeconds(60));
      assertTrue(done.isSuccess(), done::toString);
      assertEquals("later", done.finalAnswer());
      assertEquals(0, next.limiter().held(LimitKey.AGENTS));
      assertEquals(
          1,
          next.notifications().list().stream()
              .filter(told -> told.task().equals(running))
              .filter(told -> told.message().contains("lost"))
              .count());
    }
  }

  private static Kugetsu open(Path repository, Path state, String script) {
    Kugetsu kugetsu =
        Kugetsu.builder(repository)
            .directory(state)
            .limits(Limits.of(1))
            .environment(TestRepository.IDENTITY)
            .agent(ShellAgent.running(script))
            .open();
    kugetsu.init();
    return kugetsu;
  }

  /** Hands two messages over under a limit of one, and is killed while the first is at work. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) {
      Kugetsu kugetsu =
          open(Path.of(args[0]), Path.of(args[1]), "echo x > '" + args[2] + "'; exec sleep 600");
      System.out.println(kugetsu.delegate("now", RUNNING).id());
      System.out.println(kugetsu.delegate("later", WAITING).id());
      System.out.flush();
      kugetsu.tasks().find(kugetsu.tasks().list().get(0).id()).orElseThrow().await();
    }
  }
}
