package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import io.kugetsu.worktree.SetUpFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The set-up of a repository's worktrees, in sessions. */
class SetUpSessionsTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  @Test
  void commands_that_nobody_trusted_fail_the_message_and_say_what_to_do() throws Exception {
    Path canary = temp.resolve("canary");
    commands("SETUP_COMMAND=touch '" + canary + "'\n");
    try (Kugetsu kugetsu = open("cat '" + canary + "' && echo done")) {
      TaskResult refused = kugetsu.delegate("work", ISSUE).await(LONG);

      assertEquals(TaskStatus.FAILED, refused.status());
      assertEquals(Optional.of(FailureType.START), refused.outcome().failure());
      assertTrue(refused.outcome().error().contains("Kugetsu.trust"), refused::toString);
      assertEquals(1, refused.info().attempts(), "what was refused for a reason is refused again");
      assertFalse(Files.exists(canary));
      SetUpFile file = SetUpFile.of(repository.directory()).orElseThrow();
      assertTrue(refused.outcome().error().contains(file.sha256()), refused::toString);

      kugetsu.trust(file);

      assertEquals("done", kugetsu.delegate("work", ISSUE).await(LONG).finalAnswer());
    }
  }

  @Test
  void a_session_is_in_preparation_until_its_set_up_has_ended() throws Exception {
    Fifo reached = Fifo.create(temp.resolve("reached"));
    Fifo go = Fifo.create(temp.resolve("go"));
    commands(
        "SETUP_COMMAND=sh -c 'echo x > "
            + reached.path()
            + "; read x < "
            + go.path()
            + "; echo ready > made.ignored'\n");
    try (Kugetsu kugetsu = open("cat made.ignored")) {
      kugetsu.trust(SetUpFile.of(repository.directory()).orElseThrow());
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      reached.read();

      assertEquals(SessionState.PREPARING, kugetsu.session(ISSUE).orElseThrow().state());

      go.write("on");
      assertEquals("ready", task.await(LONG).finalAnswer());
    }
  }

  private Kugetsu open(String script) {
    Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .limits(Limits.of(1))
            .agent(ShellAgent.running(script))
            .open();
    kugetsu.init();
    return kugetsu;
  }

  private void commands(String text) throws Exception {
    Files.writeString(repository.directory().resolve(SetUpFile.NAME), text);
    repository.git("add", ".");
    repository.git("commit", "--quiet", "-m", "Commands");
  }
}
