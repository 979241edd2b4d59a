package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.internal.Trees;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskResult;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovedStateTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("github.com/acme/shop#42");

  @TempDir Path temp;

  /**
   * opencode hangs, and answers elsewhere, when a conversation is gone on with in another place.
   */
  @Test
  void an_agents_conversation_is_gone_on_with_only_where_it_was_begun() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Path state = temp.resolve("state");
    String session;
    try (Kugetsu kugetsu = open(repository, state)) {
      assertEquals("went on with nothing", run(kugetsu));
      session = kugetsu.session(ISSUE).orElseThrow().agentSession().orElseThrow();
      assertEquals("went on with " + session, run(kugetsu));
    }

    // copied, as a move to another disk does
    Path moved = temp.resolve("moved");
    Process copy =
        new ProcessBuilder("cp", "-a", state.toString(), moved.toString()).inheritIO().start();
    assertEquals(0, copy.waitFor());
    Trees.delete(state);
    try (Kugetsu kugetsu = open(repository, moved)) {
      String key = kugetsu.session(ISSUE).orElseThrow().key().value();
      repository.git("worktree", "repair", moved.resolve("worktrees").resolve(key).toString());

      assertEquals("went on with nothing", run(kugetsu));
      String next = kugetsu.session(ISSUE).orElseThrow().agentSession().orElseThrow();
      assertEquals("went on with " + next, run(kugetsu));
    }
  }

  private static String run(Kugetsu kugetsu) {
    TaskResult result = kugetsu.delegate("work", ISSUE).await(LONG);
    assertTrue(result.isSuccess(), result::toString);
    return result.finalAnswer();
  }

  private static Kugetsu open(TestRepository repository, Path state) {
    Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(state)
            .environment(TestRepository.IDENTITY)
            .gates()
            .agent(
                ShellAgent.running(
                    "echo \"session: ${1:-s-$$}\"; echo \"went on with ${1:-nothing}\""))
            .open();
    kugetsu.init();
    return kugetsu;
  }
}
