package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.RunState;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Settlement;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the end of a process or a stop makes of a task. */
public final class Endings {
  private Endings() {}

  /**
   * The status in which a stopped run ends.
   *
   * @param origin who or what stopped it
   * @return timed out, failed or interrupted
   */
  public static TaskStatus status(StopReason.Origin origin) {
    return switch (origin) {
      case DEADLINE -> TaskStatus.TIMED_OUT;
      case BUDGET, OUTPUT_LIMIT, MEMORY_LIMIT -> TaskStatus.FAILED;
      case USER, MODEL, PARENT, HOST, SHUTDOWN -> TaskStatus.INTERRUPTED;
    };
  }

  /**
   * What a stopped run is told to have failed of.
   *
   * @param origin who or what stopped it
   * @return the type
   */
  public static FailureType failure(StopReason.Origin origin) {
    return switch (origin) {
      case DEADLINE -> FailureType.DEADLINE;
      case BUDGET -> FailureType.BUDGET;
      case OUTPUT_LIMIT -> FailureType.OUTPUT_LIMIT;
      case MEMORY_LIMIT -> FailureType.MEMORY_LIMIT;
      case USER, MODEL, PARENT, HOST, SHUTDOWN -> FailureType.STOPPED;
    };
  }

  /** A run of which there is nothing to tell but that it was stopped. */
  static Settlement stopped(StopReason stop) {
    return Settlement.end(
        status(stop.origin()),
        Outcome.failed(failure(stop.origin()), text(stop)),
        Optional.empty());
  }

  /**
   * One line for a person about a stop.
   *
   * @param stop why it was stopped
   * @return the text that was given, or what stands for the origin
   */
  public static String text(StopReason stop) {
    if (!stop.text().isEmpty()) {
      return stop.text();
    }
    return switch (stop.origin()) {
      case DEADLINE -> "its time was over";
      case BUDGET -> "its budget was used up";
      case OUTPUT_LIMIT -> "it wrote more than it may";
      case MEMORY_LIMIT -> "it held more memory than it may";
      case USER, MODEL, PARENT, HOST, SHUTDOWN -> "stopped";
    };
  }

  /**
   * What becomes of a command.
   *
   * @param exit how its process ended
   * @param stop why it was to be stopped; empty when it ended before that was asked for
   * @param lastOutput the end of what it wrote
   */
  static Settlement of(ProcessExit exit, Optional<StopReason> stop, String lastOutput) {
    // what the process had done before the stop reached it counts, also when a stop was asked for
    boolean byItself = exit.state() == RunState.EXITED && !exit.stopped();
    Ending ending =
        stop.isPresent() && !byItself
            ? new Ending(
                status(stop.get().origin()), failure(stop.get().origin()), text(stop.get()))
            : ending(exit);
    return Settlement.end(
        ending.status,
        new Outcome(
            "",
            exit.signal().isPresent() ? OptionalInt.empty() : exit.code(),
            exit.signal(),
            Optional.ofNullable(ending.failure),
            ending.error,
            "",
            lastOutput),
        Optional.empty());
  }

  private record Ending(TaskStatus status, @Nullable FailureType failure, String error) {
    static Ending failed(FailureType failure, String error) {
      return new Ending(TaskStatus.FAILED, failure, error);
    }
  }

  private static Ending ending(ProcessExit exit) {
    if (exit.outputLimit().isPresent()) {
      return Ending.failed(
          FailureType.OUTPUT_LIMIT,
          "it wrote more than " + exit.outputLimit().getAsLong() + " bytes");
    }
    if (exit.memoryLimit().isPresent()) {
      return Ending.failed(
          FailureType.MEMORY_LIMIT,
          "it held more than " + exit.memoryLimit().getAsLong() + " bytes of memory");
    }
    return switch (exit.state()) {
      case EXITED -> exited(exit);
      case STOPPED -> new Ending(TaskStatus.INTERRUPTED, FailureType.STOPPED, "stopped");
      case CUT ->
          new Ending(
              TaskStatus.INTERRUPTED,
              FailureType.STOPPED,
              "the program that had it in the foreground ended");
      case INTERRUPTED ->
          new Ending(
              TaskStatus.INTERRUPTED, FailureType.LOST, "the machine was started anew meanwhile");
      case NEVER_STARTED -> Ending.failed(FailureType.START, "it could not be started");
      case LOST, STARTING, RUNNING, UNSUPERVISED ->
          new Ending(TaskStatus.LOST, FailureType.LOST, "it is gone and nobody saw how it ended");
    };
  }

  private static Ending exited(ProcessExit exit) {
    if (exit.signal().isPresent()) {
      return Ending.failed(FailureType.SIGNAL, "it was ended by " + exit.signal().get());
    }
    int code = exit.code().orElse(-1);
    if (code != 0) {
      return Ending.failed(FailureType.EXIT_CODE, "it ended with exit code " + code);
    }
    return exit.outputComplete()
        ? new Ending(TaskStatus.COMPLETED, null, "")
        : Ending.failed(FailureType.OUTPUT, "what it wrote could not be read to its end");
  }
}
