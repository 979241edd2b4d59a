package io.kugetsu.session.internal;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.agent.AgentReport;
import io.kugetsu.agent.AgentRequest;
import io.kugetsu.agent.AgentRun;
import io.kugetsu.agent.AgentUnavailableException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.ProcessStartException;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.process.RunDirectory;
import io.kugetsu.process.RunState;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.WorktreeRefusedException;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Run;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkType;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Worktree;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of an agent on one message: its session's record is written ahead, its worktree is made
 * or found again, the agent runs in it, and its end is judged.
 */
public final class AgentWorkType implements WorkType {
  private static final Logger LOG = LoggerFactory.getLogger(AgentWorkType.class);

  private static final Set<Creation.Reason> MAY_PASS =
      EnumSet.of(
          Creation.Reason.HOOK_FAILED,
          Creation.Reason.SETUP_FAILED,
          Creation.Reason.LFS_UNAVAILABLE,
          Creation.Reason.REPOSITORY_BUSY);

  private final AgentAdapter adapter;
  private final SupervisedRunner runner;
  private final Path wakeFile;
  private final StoredSessions sessions;
  private final Places places;
  private final Supplier<Map<String, String>> environment;
  private final AgentEndings endings;

  /**
   * Makes the kind of work for one agent.
   *
   * @param adapter how the agent is driven
   * @param runner runs its processes
   * @param wakeFile gets a byte more when one of them has ended
   * @param sessions the sessions
   * @param places where its worktrees are
   * @param environment what a run's environment starts from
   * @param endings judges how runs ended
   */
  public AgentWorkType(
      AgentAdapter adapter,
      SupervisedRunner runner,
      Path wakeFile,
      StoredSessions sessions,
      Places places,
      Supplier<Map<String, String>> environment,
      AgentEndings endings) {
    this.adapter = adapter;
    this.runner = runner;
    this.wakeFile = wakeFile;
    this.sessions = sessions;
    this.places = places;
    this.environment = environment;
    this.endings = endings;
  }

  @Override
  public String kind() {
    return AgentTask.kind(adapter.name());
  }

  @Override
  public Work start(Run run) {
    AgentTask task = AgentTask.fromInput(run.input());
    SessionKey key = session(run);
    AgentSession session;
    Worktree tree;
    AgentRun agent;
    try {
      if (run.isStopping()) {
        return new Unstarted(run, FailureType.STOPPED, "", false);
      }
      run.preparing();
      adapter.check(environment.get()); // what was there at the acceptance may be gone by now
      try (IsolationWatch before =
          IsolationWatch.begin(() -> places.fingerprint(task.repository()))) {
        session = sessions.preparing(key, run.task(), task.ref(), task.repository(), task.agent());
        tree = BreakableStep.call(run, () -> places.worktree(key, task.repository()));
        if (run.isStopping()) {
          return new Unstarted(run, FailureType.STOPPED, "", false);
        }
        sessions.launching(key, tree.path(), tree.branch());
        boolean unused = BreakableStep.call(run, () -> before.keep(run));
      }
      if (!run.launching()) {
        return new Unstarted(run, FailureType.LOST, "another instance has taken it over", false);
      }
      agent = launch(run, task, session, tree);
    } catch (RuntimeException e) {
      return unstarted(run, e);
    }
    // from here on there is a process, and whatever happens its end has to be seen
    record(run, key, agent);
    return new Started(run, session, tree, agent);
  }

  private Unstarted unstarted(Run run, RuntimeException failure) {
    if (run.isStopping()) {
      LOG.info("{} was stopped while it was prepared: {}", run.task(), failure.toString());
      return new Unstarted(run, FailureType.STOPPED, "", false);
    }
    if (failure instanceof KugetsuException e) {
      LOG.warn("{} could not be started: {}", run.task(), e.getMessage());
      return new Unstarted(run, failure(e), String.valueOf(e.getMessage()), mayPass(e));
    }
    // an adapter is anybody's code; the session must not stay in preparation for it
    LOG.error("{} could not be started", run.task(), failure);
    return new Unstarted(run, FailureType.INTERNAL, failure.toString(), false);
  }

  /** What was refused for a reason is refused again; what broke may work another time. */
  private static boolean mayPass(KugetsuException e) {
    if (e instanceof WorktreeRefusedException refused) {
      return MAY_PASS.contains(refused.reason());
    }
    return !(e instanceof InvalidRequestException);
  }

  private static FailureType failure(KugetsuException e) {
    boolean noProgram =
        e instanceof AgentUnavailableException
            || (e instanceof ProcessStartException start
                && start.kind() != ProcessStartException.Kind.NO_DIRECTORY
                && start.kind() != ProcessStartException.Kind.OTHER);
    return noProgram ? FailureType.NO_PROGRAM : FailureType.START;
  }

  private void record(Run run, SessionKey key, AgentRun agent) {
    try {
      if (run.started(agent.holder(), Map.of())) {
        sessions.running(key);
        return;
      }
      LOG.warn("{} was taken over by another instance; its agent is ended", run.task());
    } catch (RuntimeException e) {
      LOG.error("that {} runs cannot be recorded; its agent is ended", run.task(), e);
    }
    agent.stop();
  }

  private AgentRun launch(Run run, AgentTask task, AgentSession session, Worktree tree) {
    Map<String, String> variables = environment.get();
    AgentRequest request =
        new AgentRequest(
            task.message(),
            tree.path(),
            "kugetsu " + task.ref(),
            conversation(session, tree),
            task.model(),
            variables,
            run.directory());
    return AgentRun.start(
        run,
        runner,
        adapter,
        request,
        SecretMasker.of(variables),
        wakeFile,
        id -> bind(session, id));
  }

  /** What the agent goes on with; in another place than it was begun in, opencode would hang. */
  private static Optional<String> conversation(AgentSession session, Worktree tree) {
    return session.worktree().filter(tree.path()::equals).flatMap(place -> session.agentSession());
  }

  private void bind(AgentSession session, String id) {
    if (!session.agentSession().equals(Optional.of(id))) {
      sessions.bound(session.key(), id);
    }
  }

  @Override
  public Work adopt(Run run) {
    SessionKey key = session(run);
    try {
      if (!RunDirectory.exists(run.directory())) {
        return abandoned(run, false);
      }
      if (RunDirectory.of(run.directory()).state() == RunState.NEVER_STARTED) {
        return abandoned(run, false);
      }
      Optional<AgentSession> session = sessions.find(key);
      Optional<Worktree> tree =
          places.of(AgentTask.fromInput(run.input()).repository()).find(key.value());
      if (session.isPresent() && tree.isPresent()) {
        return goOn(run, session.get(), tree.get());
      }
      LOG.warn("{} has lost its session or its worktree; its agent is ended", run.task());
    } catch (KugetsuException e) {
      LOG.warn("{} cannot be gone on with; its agent is ended", run.task(), e);
    }
    return abandoned(run, true);
  }

  /** The agent was left by a dead or closed instance and is gone on with, or judged. */
  private Work goOn(Run run, AgentSession session, Worktree tree) {
    AgentRun agent =
        AgentRun.attach(
            run, runner, adapter, SecretMasker.of(environment.get()), id -> bind(session, id));
    LOG.info("{} goes on here; it was left by another instance", run.task());
    record(run, session.key(), agent);
    return new Started(run, session, tree, agent);
  }

  /** Nobody can say what became of it; whatever is left of it is ended. */
  private Work abandoned(Run run, boolean started) {
    ProcessTrees.Ended left = ProcessTrees.end(run.marker(), AgentRun.GRACE);
    boolean ran = started || left.ended() > 0 || !left.survivors().isEmpty();
    LOG.info(
        "{} was left by another instance {}", run.task(), ran ? ": " + left : "before it started");
    AgentRun.clean(run);
    return new Abandoned(run, ran);
  }

  private static Path repository(Run run) {
    return AgentTask.fromInput(run.input()).repository();
  }

  private static SessionKey session(Run run) {
    return run.session().orElseThrow(() -> new IllegalStateException("an agent has a session"));
  }

  /** An agent that was started. */
  private final class Started implements Work {
    private final Run run;
    private final AgentSession session;
    private final Worktree tree;
    private final AgentRun agent;

    Started(Run run, AgentSession session, Worktree tree, AgentRun agent) {
      this.run = run;
      this.session = session;
      this.tree = tree;
      this.agent = agent;
    }

    @Override
    public CompletionStage<Void> ended() {
      return agent.exit().thenAccept(exit -> {});
    }

    @Override
    public void stop(StopReason reason) {
      agent.stop();
    }

    @Override
    public boolean detach() {
      return agent.detach();
    }

    @Override
    public boolean survives() {
      return true;
    }

    @Override
    public Settlement settle(Optional<StopReason> stop) {
      ProcessExit exit = agent.exit().toCompletableFuture().join();
      AgentReport report = report(exit);
      // tried again, it begins anew: the agent's session of a run that did nothing is half made
      boolean isNew = conversation(session, tree).isEmpty();
      try (IsolationWatch after = IsolationWatch.begin(() -> places.fingerprint(repository(run)))) {
        Settlement settlement =
            endings.ended(run, exit, report, stop, isNew, told(), () -> places.changes(tree));
        after.compare(run);
        return settlement;
      }
    }

    private Optional<String> told() {
      try {
        return agent.session();
      } catch (RuntimeException e) {
        LOG.error("the session of {} cannot be told", run.task(), e);
        return Optional.empty();
      }
    }

    private AgentReport report(ProcessExit exit) {
      try {
        return agent.report(exit);
      } catch (RuntimeException e) {
        LOG.error("what the agent of {} said cannot be read", run.task(), e);
        return new AgentReport(
            "",
            Optional.of(FailureType.INTERNAL),
            "what the agent said cannot be read: " + e,
            true,
            Optional.empty(),
            "",
            AgentReport.Usage.NONE);
      }
    }
  }

  /** A run that ended before its agent was started. */
  private final class Unstarted extends Ended {
    private final Run run;
    private final FailureType failure;
    private final String error;
    private final boolean mayPass;

    Unstarted(Run run, FailureType failure, String error, boolean mayPass) {
      this.run = run;
      this.failure = failure;
      this.error = error;
      this.mayPass = mayPass;
    }

    @Override
    public Settlement settle(Optional<StopReason> stop) {
      return endings.unstarted(run, failure, error, mayPass, stop);
    }
  }

  /** A run of a dead instance, of which nothing lives any more. */
  private final class Abandoned extends Ended {
    private final Run run;
    private final boolean launched;

    Abandoned(Run run, boolean launched) {
      this.run = run;
      this.launched = launched;
    }

    @Override
    public Settlement settle(Optional<StopReason> stop) {
      if (launched) {
        try (IsolationWatch after =
            IsolationWatch.begin(() -> places.fingerprint(repository(run)))) {
          after.compare(run);
        }
      }
      return endings.abandoned(run, launched, stop);
    }
  }

  /** Work of which nothing lives. */
  private abstract static class Ended implements Work {
    @Override
    public CompletionStage<Void> ended() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void stop(StopReason reason) {
      // it has ended
    }
  }
}
