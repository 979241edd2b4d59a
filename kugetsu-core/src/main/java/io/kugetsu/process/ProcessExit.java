package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a process ended.
 *
 * @param code its exit code; 128 + n after a death by signal n. Empty where a runner cannot know
 *     it, because nothing ran, or because the supervisor died first; on pipes it is always known
 * @param signal the signal that {@code code} stands for, for example {@code SIGKILL}. The system's
 *     own word is not available: a program that exits with 137, as a shell does whose last command
 *     was killed, looks the same as one that was killed itself
 * @param stopped whether {@link RunningProcess#stop} was asked for before it had ended
 * @param outputLimit the output ceiling in bytes when the process wrote more than that, and so was
 *     ended unless it had already, else empty
 * @param memoryLimit the memory ceiling in bytes when the tree was ended because it held more than
 *     that, else empty
 * @param outputComplete whether everything it wrote was read to the end and is in the log file, if
 *     there is one; false after the ceiling, when a log file could not be written, or when reading
 *     was given up because somebody outside the tree held the pipe
 * @param leftovers how many other processes of its tree were still there when it had gone and had
 *     to be ended
 * @param endedAt when its end was seen
 * @param duration from the start until then
 * @param state how it is known to have ended, one of those that {@link RunState#hasEnded()}
 * @param outputError why the output is not complete, in words for a person, where that is neither
 *     the ceiling nor a matter of course: it could not be read, not be logged, or reading was given
 *     up; else empty. That the process itself closes its output early is no error
 */
@Experimental
public record ProcessExit(
    OptionalInt code,
    Optional<String> signal,
    boolean stopped,
    OptionalLong outputLimit,
    OptionalLong memoryLimit,
    boolean outputComplete,
    int leftovers,
    Instant endedAt,
    Duration duration,
    RunState state,
    Optional<String> outputError) {
  /** Checks for null. */
  public ProcessExit {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(signal, "signal");
    Objects.requireNonNull(outputLimit, "outputLimit");
    Objects.requireNonNull(memoryLimit, "memoryLimit");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(endedAt, "endedAt");
    Objects.requireNonNull(duration, "duration");
    Objects.requireNonNull(outputError, "outputError");
  }

  /**
   * One without anything to say about its output.
   *
   * @param code as above
   * @param signal as above
   * @param stopped as above
   * @param outputLimit as above
   * @param memoryLimit as above
   * @param outputComplete as above
   * @param leftovers as above
   * @param endedAt as above
   * @param duration as above
   * @param state as above
   */
  public ProcessExit(
      OptionalInt code,
      Optional<String> signal,
      boolean stopped,
      OptionalLong outputLimit,
      OptionalLong memoryLimit,
      boolean outputComplete,
      int leftovers,
      Instant endedAt,
      Duration duration,
      RunState state) {
    this(
        code,
        signal,
        stopped,
        outputLimit,
        memoryLimit,
        outputComplete,
        leftovers,
        endedAt,
        duration,
        state,
        Optional.empty());
  }

  /** {@return whether it ended by itself, with code 0, within its ceilings} */
  public boolean isSuccess() {
    return state == RunState.EXITED
        && code.isPresent()
        && code.getAsInt() == 0
        && !stopped
        && outputLimit.isEmpty()
        && memoryLimit.isEmpty();
  }
}
