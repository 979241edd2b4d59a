package io.kugetsu.session.internal;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.config.ResumePolicy;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.RunState;
import io.kugetsu.session.SessionState;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.internal.Endings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What becomes of a task and its session, judged from how the agent's process ended and from what
 * the agent said. Only what is safe to repeat is tried again by itself: the agent did nothing yet,
 * and the error passes.
 *
 * @param status a terminal status, or pending for another try
 * @param failure why it is not done, or empty
 * @param error one line for a person
 * @param session the session's new state
 * @param attempt whether the run counts as an attempt
 * @param delay how long another try waits
 */
record Judgement(
    TaskStatus status,
    Optional<FailureType> failure,
    String error,
    SessionState session,
    boolean attempt,
    Duration delay) {
  /** Runs that count as an attempt, at most. */
  static final int MAX_ATTEMPTS = 3;

  private static final Set<FailureType> LIMITED =
      EnumSet.of(FailureType.RATE_LIMIT, FailureType.OVERLOADED);
  private static final Duration SHORTEST_DELAY = Duration.ofSeconds(1);
  private static final Duration FIRST_DELAY = Duration.ofSeconds(3);
  private static final int MOST_DOUBLINGS = 6;

  /**
   * Judges a run whose agent was started.
   *
   * @param exit how the process ended
   * @param report what the agent said
   * @param stop why it was stopped; empty when it ended before anybody asked for that
   * @param mayWait whether it may go back into the line
   * @param attempts runs that counted before
   * @param random from 0 to 1, for the back-off
   * @param policy what becomes of it when the machine was started anew meanwhile
   * @param keys counts what the agent said against the keys it ran under; asked only when its words
   *     decide, and tells whether its key gives nothing out for now
   * @return the judgement
   */
  static Judgement of(
      ProcessExit exit,
      AgentReport report,
      Optional<StopReason> stop,
      boolean mayWait,
      int attempts,
      double random,
      ResumePolicy policy,
      Predicate<AgentReport> keys) {
    // what the agent had done before the stop reached it counts, also when a stop was asked for
    boolean byItself = exit.state() == RunState.EXITED && !exit.stopped();
    if (stop.isPresent() && !byItself) {
      return stopped(stop.get());
    }
    if (exit.state() == RunState.INTERRUPTED) {
      return rebooted(mayWait ? policy : ResumePolicy.ASK);
    }
    Optional<Judgement> unseen = unseen(exit);
    if (unseen.isPresent()) {
      return unseen.get();
    }
    if (exit.signal().isPresent()) {
      return cut(FailureType.SIGNAL, "the agent was ended by " + exit.signal().get());
    }
    boolean closed = keys.test(report);
    if (report.failure().isEmpty()) {
      return new Judgement(
          TaskStatus.COMPLETED, Optional.empty(), "", SessionState.IDLE, true, Duration.ZERO);
    }
    FailureType failure = report.failure().get();
    boolean repeatable = mayWait && !report.worked();
    if (repeatable && (closed || LIMITED.contains(failure))) {
      Duration delay =
          closed
              ? Duration.ZERO // it waits for its key
              : report.retryAfter().map(Judgement::atLeast).orElse(backOff(attempts, random));
      return again(report, false, delay);
    }
    boolean passes = failure == FailureType.TRANSIENT && attempts + 1 < MAX_ATTEMPTS;
    return repeatable && passes
        ? again(
            report,
            true,
            report.retryAfter().map(Judgement::atLeast).orElse(backOff(attempts, random)))
        : cut(failure, report.error());
  }

  private static Judgement again(AgentReport report, boolean attempt, Duration delay) {
    return new Judgement(
        TaskStatus.PENDING, report.failure(), report.error(), SessionState.READY, attempt, delay);
  }

  private static Judgement rebooted(ResumePolicy policy) {
    String error = "the machine was started anew meanwhile";
    return switch (policy) {
      case ASK -> ended(TaskStatus.INTERRUPTED, FailureType.LOST, error);
      case AUTO -> backInLine();
      case NEVER ->
          new Judgement(
              TaskStatus.INTERRUPTED,
              Optional.of(FailureType.LOST),
              error,
              SessionState.READY,
              true,
              Duration.ZERO);
    };
  }

  /** Judges a run whose end is none of the agent's own. */
  private static Optional<Judgement> unseen(ProcessExit exit) {
    if (exit.memoryLimit().isPresent()) {
      return Optional.of(
          cut(
              FailureType.MEMORY_LIMIT,
              "the agent held more than " + exit.memoryLimit().getAsLong() + " bytes of memory"));
    }
    if (exit.outputLimit().isPresent()) {
      return Optional.of(
          cut(
              FailureType.OUTPUT_LIMIT,
              "the agent wrote more than " + exit.outputLimit().getAsLong() + " bytes"));
    }
    return switch (exit.state()) {
      case LOST ->
          Optional.of(
              ended(TaskStatus.LOST, FailureType.LOST, "the agent is gone, its end was not seen"));
      case CUT ->
          Optional.of(
              ended(
                  TaskStatus.INTERRUPTED,
                  FailureType.STOPPED,
                  "the program that had it in the foreground ended"));
      case STOPPED ->
          Optional.of(ended(TaskStatus.INTERRUPTED, FailureType.STOPPED, "the agent was stopped"));
      case NEVER_STARTED ->
          Optional.of(
              new Judgement(
                  TaskStatus.FAILED,
                  Optional.of(FailureType.START),
                  "the agent could not be started",
                  SessionState.READY,
                  true,
                  Duration.ZERO));
      default -> Optional.empty();
    };
  }

  /**
   * Judges a run whose agent never heard of its message, for a reason that may pass. What its key
   * is paused for costs no attempt.
   */
  static Judgement notDelivered(
      FailureType failure, String error, int attempts, double random, boolean closed) {
    if (!closed && attempts + 1 >= MAX_ATTEMPTS) {
      return neverStarted(failure, error, Optional.empty(), false);
    }
    return new Judgement(
        TaskStatus.PENDING,
        Optional.of(failure),
        error,
        SessionState.READY,
        !closed,
        closed ? Duration.ZERO : backOff(attempts, random));
  }

  /** Judges a run that never got as far as starting its agent. */
  static Judgement neverStarted(
      FailureType failure, String error, Optional<StopReason> stop, boolean mayWait) {
    if (mayWait && stop.filter(it -> it.origin() == StopReason.Origin.SHUTDOWN).isPresent()) {
      return backInLine();
    }
    return stop.isPresent()
        ? new Judgement(
            Endings.status(stop.get().origin()),
            Optional.of(Endings.failure(stop.get().origin())),
            text(stop.get()),
            SessionState.READY,
            true,
            Duration.ZERO)
        : new Judgement(
            TaskStatus.FAILED,
            Optional.of(failure),
            error,
            SessionState.READY,
            true,
            Duration.ZERO);
  }

  /** Judges the run of a dead instance; a stop that was asked for then is carried out now. */
  static Judgement abandoned(boolean launched, Optional<StopReason> stop, boolean mayWait) {
    if (stop.isPresent()) {
      return launched ? stopped(stop.get()) : neverStarted(FailureType.STOPPED, "", stop, false);
    }
    return launched || !mayWait
        ? new Judgement(
            TaskStatus.LOST,
            Optional.of(FailureType.LOST),
            "the program that ran the agent died; the agent was ended",
            launched ? SessionState.INTERRUPTED : SessionState.READY,
            false,
            Duration.ZERO)
        : backInLine();
  }

  /** Nothing of it was started: it keeps its place, and it costs no attempt. */
  private static Judgement backInLine() {
    return new Judgement(
        TaskStatus.PENDING, Optional.empty(), "", SessionState.READY, false, Duration.ZERO);
  }

  Outcome outcome(ProcessExit exit, AgentReport report, String changes) {
    return new Outcome(
        report.answer(),
        exit.signal().isPresent() ? OptionalInt.empty() : exit.code(),
        exit.signal(),
        failure,
        error,
        changes,
        report.lastOutput());
  }

  private static Judgement stopped(StopReason reason) {
    return ended(Endings.status(reason.origin()), Endings.failure(reason.origin()), text(reason));
  }

  private static Judgement cut(FailureType failure, String error) {
    return ended(TaskStatus.FAILED, failure, error);
  }

  private static Judgement ended(TaskStatus status, FailureType failure, String error) {
    return new Judgement(
        status, Optional.of(failure), error, SessionState.INTERRUPTED, true, Duration.ZERO);
  }

  /** A provider that asks for no wait at all would be asked without end. */
  private static Duration atLeast(Duration asked) {
    return asked.compareTo(SHORTEST_DELAY) < 0 ? SHORTEST_DELAY : asked;
  }

  /** Exponential, with full jitter: those that failed together do not come back together. */
  private static Duration backOff(int attempts, double random) {
    long most = FIRST_DELAY.toMillis() << Math.min(attempts, MOST_DOUBLINGS);
    return Duration.ofMillis((long) (most * random));
  }

  private static String text(StopReason reason) {
    return reason.text().isEmpty() ? "stopped" : "stopped: " + reason.text();
  }
}
