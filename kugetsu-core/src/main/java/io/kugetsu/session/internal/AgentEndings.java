package io.kugetsu.session.internal;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.config.ResumePolicy;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Run;
import io.kugetsu.task.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What the end of an agent's run brings: for its task, its session, its keys and people. */
public final class AgentEndings {
  private final StoredSessions sessions;
  private final KeyKeeper keys;
  private final DoubleSupplier random;
  private final Supplier<ResumePolicy> policy;

  /**
   * Makes the endings.
   *
   * @param sessions the sessions
   * @param keys is told how runs ended, for the keys they ran under
   * @param random gives numbers from 0 to 1, for how long another try waits
   * @param policy what becomes of runs that a crash or reboot of the machine interrupted
   */
  public AgentEndings(
      StoredSessions sessions,
      KeyKeeper keys,
      DoubleSupplier random,
      Supplier<ResumePolicy> policy) {
    this.sessions = sessions;
    this.keys = keys;
    this.random = random;
    this.policy = policy;
  }

  /** Of an agent that was started. */
  Settlement ended(
      Run run,
      ProcessExit exit,
      AgentReport report,
      Optional<StopReason> stop,
      boolean isNew,
      Optional<String> agentSession,
      Supplier<String> changes) {
    AgentTask task = AgentTask.fromInput(run.input());
    List<NotificationRecord> owed = new ArrayList<>();
    Predicate<AgentReport> count =
        said -> {
          KeyKeeper.Verdict verdict = keys.judge(run, task, said);
          owed.addAll(verdict.owed());
          return verdict.closed();
        };
    Judgement judgement =
        Judgement.of(
            exit,
            report,
            stop,
            task.mayWait(),
            run.attempts(),
            random.getAsDouble(),
            policy.get(),
            count);
    return settlement(
        run,
        judgement,
        judgement.outcome(exit, report, changes.get()),
        judgement.status() == TaskStatus.PENDING && isNew,
        agentSession,
        owed);
  }

  /** Of a run that never got as far as its agent. */
  Settlement unstarted(
      Run run, FailureType failure, String error, boolean mayPass, Optional<StopReason> stop) {
    AgentTask task = AgentTask.fromInput(run.input());
    KeyKeeper.Verdict verdict =
        stop.isPresent() ? KeyKeeper.Verdict.NONE : keys.unstarted(run, task, failure, error);
    return bare(
        run,
        stop.isEmpty() && task.mayWait() && (mayPass || verdict.closed())
            ? Judgement.notDelivered(
                failure, error, run.attempts(), random.getAsDouble(), verdict.closed())
            : Judgement.neverStarted(failure, error, stop, task.mayWait()),
        verdict.owed());
  }

  /** Of the run of a dead instance, of which nothing lives any more. */
  Settlement abandoned(Run run, boolean launched, Optional<StopReason> stop) {
    boolean mayWait = AgentTask.fromInput(run.input()).mayWait();
    return bare(run, Judgement.abandoned(launched, stop, mayWait), List.of());
  }

  private Settlement bare(Run run, Judgement judgement, List<NotificationRecord> owed) {
    Outcome outcome =
        new Outcome(
            "",
            OptionalInt.empty(),
            Optional.empty(),
            judgement.failure(),
            judgement.error(),
            "",
            "");
    return settlement(run, judgement, outcome, false, Optional.empty(), owed);
  }

  private Settlement settlement(
      Run run,
      Judgement judgement,
      Outcome outcome,
      boolean forget,
      Optional<String> agentSession,
      List<NotificationRecord> owed) {
    SessionKey key =
        run.session().orElseThrow(() -> new IllegalStateException("an agent has a session"));
    return new Settlement(
        judgement.status(),
        outcome,
        judgement.attempt(),
        judgement.delay(),
        Optional.of(sessions.ended(key, judgement.session(), forget, agentSession)),
        owed);
  }
}
