package io.kugetsu.agent;

import io.kugetsu.common.Experimental;
import io.kugetsu.engine.Holder;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Trees;
import io.kugetsu.process.Following;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.process.SupervisedProcess;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.task.Run;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent at work on one message. It cannot be made without a {@link Run}, which only a claim
 * makes: there is no agent without a permit, and the permit is kept until the agent's whole process
 * tree is gone. Thread-safe.
 */
@Experimental
public final class AgentRun {
  private static final Logger LOG = LoggerFactory.getLogger(AgentRun.class);

  /** How long an agent has between the polite signal and the one that cannot be refused. */
  public static final Duration GRACE = Duration.ofSeconds(5);

  private final SupervisedProcess process;
  private final AgentTranscript transcript;
  private final CompletionStage<ProcessExit> exit;

  private AgentRun(
      SupervisedProcess process, AgentTranscript transcript, SessionWatch watch, Path temp) {
    this.process = process;
    this.transcript = transcript;
    this.exit =
        process
            .exit()
            .thenCompose(exit -> watch.told().thenApply(ignored -> exit))
            .whenComplete((exit, failure) -> Trees.delete(temp));
  }

  /**
   * Starts the agent, under a supervisor of its own: it goes on when this program ends, however
   * that ends, unless {@link Run#outlives()} says that it must not.
   *
   * @param run the claim's run
   * @param runner runs the process
   * @param adapter how the agent is driven
   * @param request what is asked of it
   * @param masker masks secrets in everything that is read of what the agent prints
   * @param wakeFile gets a byte more when the agent has ended
   * @param onSession told once when the agent made its session's identifier known; told once more
   *     when that failed, before {@link #exit()}
   * @return the agent at work
   * @throws io.kugetsu.process.ProcessStartException when it cannot be started; then nothing runs
   */
  public static AgentRun start(
      Run run,
      SupervisedRunner runner,
      AgentAdapter adapter,
      AgentRequest request,
      UnaryOperator<String> masker,
      Path wakeFile,
      Consumer<String> onSession) {
    Path temp = temp(run);
    AtomicFiles.createDirectoriesUnsynced(temp);
    try {
      AgentCommand command = adapter.command(request);
      AgentTranscript transcript = adapter.transcript();
      SessionWatch watch = new SessionWatch(transcript, onSession, run.marker());
      SupervisedProcess process =
          runner.start(
              ProcessSpec.builder(
                      command.argv(), request.directory(), with(command.environment(), temp))
                  .stdin(command.input())
                  .marker(run.marker())
                  .runDirectory(run.directory())
                  .foreground(!run.outlives())
                  .wakeFile(wakeFile)
                  .masker(masker)
                  .lineListener(watch)
                  .build());
      return new AgentRun(process, transcript, watch, temp);
    } catch (RuntimeException | Error e) {
      Trees.delete(temp);
      throw e;
    }
  }

  /**
   * Goes on with an agent that another program has started, whether it still works or has ended:
   * what it printed is read again from its beginning.
   *
   * @param run the claim's run, of the same epoch
   * @param runner follows the process
   * @param adapter how the agent is driven
   * @param masker masks secrets in everything that is read of what the agent prints
   * @param onSession as in {@link #start}
   * @return the agent
   * @throws io.kugetsu.common.StorageException when what is kept of the run cannot be read
   */
  public static AgentRun attach(
      Run run,
      SupervisedRunner runner,
      AgentAdapter adapter,
      UnaryOperator<String> masker,
      Consumer<String> onSession) {
    AgentTranscript transcript = adapter.transcript();
    SessionWatch watch = new SessionWatch(transcript, onSession, run.marker());
    SupervisedProcess process =
        runner.attach(run.directory(), Following.lines(watch).masked(masker));
    return new AgentRun(process, transcript, watch, temp(run));
  }

  /** What an agent leaves in its temporary directory (opencode: 5.6 MB a run) goes with the run. */
  private static Map<String, String> with(Map<String, String> environment, Path temp) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("TMPDIR", temp.toString());
    return all;
  }

  private static Path temp(Run run) {
    return run.directory().resolve("tmp");
  }

  /**
   * Removes what only the living agent of a run needed, after its program died.
   *
   * @param run the run, of which nothing lives any more
   */
  public static void clean(Run run) {
    Trees.delete(temp(run));
  }

  /** {@return what the permit is held for} */
  public Holder holder() {
    return new Holder.Supervised(
        process.pid(), process.startTicks(), process.bootId(), process.marker());
  }

  /** {@return completes once the whole process tree is gone, with how its root ended} */
  public CompletionStage<ProcessExit> exit() {
    return exit;
  }

  /**
   * Lets the agent go on when this program ends.
   *
   * @return false when it is too late for that
   */
  public boolean detach() {
    return process.detach();
  }

  /** Ends the whole process tree; does not block, and does nothing when it has ended. */
  public void stop() {
    process.stop(GRACE);
  }

  /** {@return the agent's own identifier of its session, or empty before it told it} */
  public Optional<String> session() {
    synchronized (transcript) {
      return transcript.sessionId();
    }
  }

  /**
   * What the agent said; to be asked after {@link #exit()}.
   *
   * @param exit how it ended
   * @return its report
   */
  public AgentReport report(ProcessExit exit) {
    boolean well = exit.code().isPresent() && exit.code().getAsInt() == 0;
    synchronized (transcript) {
      return transcript.report(well);
    }
  }

  /**
   * Hands lines on, and tells the session's identifier as soon as it is known. It is told on a
   * thread of its own: keeping it may take long, and when the process has ended its last lines are
   * waited for a moment only.
   */
  private static final class SessionWatch implements Consumer<String> {
    private final AgentTranscript transcript;
    private final Consumer<String> onSession;
    private final String threadName;
    private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);
    private Optional<String> session = Optional.empty();
    private boolean over;

    SessionWatch(AgentTranscript transcript, Consumer<String> onSession, String marker) {
      this.transcript = transcript;
      this.onSession = onSession;
      this.threadName = "kugetsu-session-" + marker;
    }

    @Override
    public void accept(String line) {
      synchronized (transcript) {
        transcript.line(line);
        if (session.isPresent()) {
          return;
        }
        session = transcript.sessionId();
      }
      session.ifPresent(this::tell);
    }

    private synchronized void tell(String id) {
      if (!over) {
        told = CompletableFuture.runAsync(() -> onSession.accept(id), this::run);
      }
    }

    private void run(Runnable telling) {
      Thread thread = new Thread(telling, threadName);
      thread.setDaemon(true);
      thread.start();
    }

    /**
     * Completes, never exceptionally, once it was told; a second time where the first failed. What
     * a line tells that comes only now is told to nobody: it would be kept beside the run's end.
     */
    CompletionStage<Void> told() {
      return last()
          .exceptionally(
              failure -> {
                try {
                  session.ifPresent(onSession);
                } catch (RuntimeException e) {
                  LOG.warn("the session {} could not be kept", session, e);
                }
                return null;
              });
    }

    private synchronized CompletableFuture<Void> last() {
      over = true;
      return told;
    }
  }
}
