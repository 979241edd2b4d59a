package io.kugetsu.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Holder;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.ProcessStartException;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.Run;
import io.kugetsu.task.TaskEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentRunTest extends LeakFree {
  @TempDir Path temp;

  @Test
  void an_agent_that_cannot_be_started_leaves_no_file() throws Exception {
    assertThrows(ProcessStartException.class, () -> run("/no/such/agent", session -> {}));

    try (Stream<Path> left = Files.list(temp)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void its_temporary_directory_is_its_own_and_goes_with_it() throws Exception {
    ProcessExit exit = run("touch \"$TMPDIR/x\"; ls \"$TMPDIR\"", session -> {});

    assertEquals(0, exit.code().orElseThrow());
    assertEquals("x\n", Files.readString(temp.resolve("output.log")));
    assertFalse(Files.exists(temp.resolve("tmp")));
  }

  @Test
  void the_session_is_told_once_and_again_only_if_it_could_not_be_kept() throws Exception {
    List<String> told = new ArrayList<>();

    run(
        "echo 'session: s-1'; echo one; echo two",
        session -> {
          told.add(session);
          if (told.size() == 1) {
            throw new StorageException(temp, "is full for a moment", null);
          }
        });

    assertEquals(List.of("s-1", "s-1"), told);
  }

  /** A slow disk must not cost the answer: after the exit, lines are waited for a moment only. */
  @Test
  void keeping_the_session_does_not_hold_back_the_next_line() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    List<Boolean> wasRead = new ArrayList<>();

    run(
        new Watched(agent("echo 'session: s-1'; echo answer"), "answer", read::countDown),
        session -> {
          try {
            wasRead.add(read.await(10, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });

    assertEquals(List.of(true), wasRead);
  }

  /** Its end has taken what the transcript knew by then; kept now it would change what is next. */
  @Test
  void a_session_that_is_known_only_after_the_end_is_told_to_nobody() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean told = new AtomicBoolean();
    try (SupervisedRunner runner = new SupervisedRunner()) {
      AgentRun agent =
          AgentRun.start(
              new Claimed(temp),
              runner,
              new Watched(agent("echo 'session: s-1'"), "session: s-1", () -> await(ended)),
              request(),
              UnaryOperator.identity(),
              temp.resolve("wake"),
              session -> told.set(true));
      assertFalse(agent.exit().toCompletableFuture().get(60, TimeUnit.SECONDS).outputComplete());
      ended.countDown();
      assertEquals(Optional.of("s-1"), agent.session());
    }
    assertFalse(told.get());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static CommandLineAgent agent(String script) {
    List<String> argv = script.startsWith("/") ? List.of(script) : List.of("/bin/sh", "-c", script);
    return CommandLineAgent.named("agent", argv)
        .sessionLine(Pattern.compile("session: (\\S+)"))
        .build();
  }

  private ProcessExit run(String script, Consumer<String> onSession) throws Exception {
    return run(agent(script), onSession);
  }

  private ProcessExit run(AgentAdapter agent, Consumer<String> onSession) throws Exception {
    try (SupervisedRunner runner = new SupervisedRunner()) {
      return AgentRun.start(
              new Claimed(temp),
              runner,
              agent,
              request(),
              UnaryOperator.identity(),
              temp.resolve("wake"),
              onSession)
          .exit()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
    }
  }

  private AgentRequest request() {
    return new AgentRequest(
        "x",
        Path.of("/"),
        "title",
        Optional.empty(),
        Optional.empty(),
        Map.of("PATH", "/usr/bin:/bin"),
        temp);
  }

  /** The same agent, with a sign when a line was read. */
  private record Watched(AgentAdapter agent, String wanted, Runnable wasRead)
      implements AgentAdapter {
    @Override
    public String name() {
      return agent.name();
    }

    @Override
    public void check(Map<String, String> environment) {
      agent.check(environment);
    }

    @Override
    public AgentCommand command(AgentRequest request) {
      return agent.command(request);
    }

    @Override
    public AgentTranscript transcript() {
      AgentTranscript transcript = agent.transcript();
      return new AgentTranscript() {
        @Override
        public void line(String line) {
          transcript.line(line);
          if (line.equals(wanted)) {
            wasRead.run();
          }
        }

        @Override
        public Optional<String> sessionId() {
          return transcript.sessionId();
        }

        @Override
        public AgentReport report(boolean exitedWell) {
          return transcript.report(exitedWell);
        }
      };
    }
  }

  /** What a claim would have made. */
  private record Claimed(Path directory, TaskId task) implements Run {
    Claimed(Path directory) {
      this(directory, TaskId.next(Clock.systemUTC()));
    }

    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public Map<String, String> input() {
      return Map.of();
    }

    @Override
    public Map<String, String> progress() {
      return Map.of();
    }

    @Override
    public Optional<SessionKey> session() {
      return Optional.empty();
    }

    @Override
    public String marker() {
      return task + ".1";
    }

    @Override
    public int attempts() {
      return 0;
    }

    @Override
    public boolean isStopping() {
      return false;
    }

    @Override
    public void onStop(Runnable action) {
      // nobody asks for one
    }

    @Override
    public boolean isDetached() {
      return true;
    }

    @Override
    public boolean outlives() {
      return true;
    }

    @Override
    public void preparing() {
      throw new IllegalStateException("nothing is made ready for it");
    }

    @Override
    public boolean launching() {
      return true;
    }

    @Override
    public void foundDetached() {
      throw new IllegalStateException("it is in the background from the start");
    }

    @Override
    public Holder self() {
      throw new IllegalStateException("an agent is held by its process");
    }

    @Override
    public boolean started(Holder holder, Map<String, String> progress) {
      return true;
    }

    @Override
    public boolean progress(Map<String, String> progress) {
      return true;
    }

    @Override
    public void breached(Set<TaskEvent.IsolationBreach.Changed> changed, List<String> examples) {
      throw new IllegalStateException("only whoever knows the repository tells that");
    }
  }
}
