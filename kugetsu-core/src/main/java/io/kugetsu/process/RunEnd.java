package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Member;
import io.kugetsu.process.RunDirectory.Look;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is learnt about the end of a run, by the one thread that settles it at the time. */
final class RunEnd {
  private static final int KILLED = 137;

  private long startedNanos;
  private boolean started;
  private @Nullable Instant endedAt;
  private long endedNanos;
  private long endedTicks;
  private volatile RunState state = RunState.LOST;
  private volatile @Nullable RunStatus status;
  private OptionalInt code = OptionalInt.empty();
  private int leftovers;
  private Set<String> asked = Set.of();

  /** This program has started it. */
  void startedNow() {
    startedNanos = System.nanoTime();
    started = true;
  }

  /** This program has seen it end. */
  void seen(Clock clock) {
    endedNanos = System.nanoTime();
    endedTicks = ProcessFacts.ticksNow();
    endedAt = clock.instant();
  }

  /**
   * What was seen of it.
   *
   * @param stops why it was to be ended here; it counts where the files have been taken away
   */
  void state(Look look, Set<String> stops) {
    asked = stops;
    state = look.state();
    status = look.status();
    code = look.status().code();
  }

  /**
   * Its files are gone or are none; a supervisor that was not killed ends with the exit code.
   *
   * @param stops why it was to be ended here
   */
  void unknown(@Nullable Process supervisor, Set<String> stops) {
    asked = stops;
    if (supervisor != null && !supervisor.isAlive() && supervisor.exitValue() != KILLED) {
      state = RunState.EXITED;
      code = OptionalInt.of(supervisor.exitValue());
    }
  }

  void leftovers(int count) {
    leftovers = count;
  }

  RunState state() {
    return state;
  }

  ProcessExit exit(RunDirectory run, boolean overCeiling, boolean outputComplete) {
    RunStatus known = status;
    Set<String> reasons = known == null || known.supervisor() == null ? asked : known.stopReasons();
    boolean outputLimit = overCeiling || reasons.contains(RunStatus.OUTPUT_LIMIT);
    return new ProcessExit(
        code,
        code.isPresent() ? Signals.ofExitCode(code.getAsInt()) : Optional.empty(),
        reasons.contains(RunStatus.REQUESTED),
        outputLimit ? OptionalLong.of(run.spec().outputCeiling()) : OptionalLong.empty(),
        reasons.contains(RunStatus.MEMORY_LIMIT)
            ? OptionalLong.of(run.spec().memoryCeiling())
            : OptionalLong.empty(),
        outputComplete,
        leftovers,
        endedAt == null ? lastWritten(run) : endedAt,
        duration(known),
        state);
  }

  private Duration duration(@Nullable RunStatus known) {
    if (started) {
      return Duration.ofNanos(endedNanos - startedNanos);
    }
    Member supervisor = known == null ? null : known.supervisor();
    if (known == null || supervisor == null) {
      return Duration.ZERO;
    }
    // What nobody saw end has lasted at least until it last wrote something, which no clock tells
    // that cannot be set.
    long end = known.exitTicks() >= 0 ? known.exitTicks() : endedTicks;
    long ticks = Math.max(0, end - supervisor.startTicks());
    return Duration.ofSeconds(
        ticks / ProcessFacts.TICKS_PER_SECOND,
        ticks % ProcessFacts.TICKS_PER_SECOND * (1_000_000_000 / ProcessFacts.TICKS_PER_SECOND));
  }

  /** The exit is the last that is written; without one the output comes closest. */
  private Instant lastWritten(RunDirectory run) {
    try {
      boolean exited = status != null && status.hasExit();
      return Files.getLastModifiedTime(
              exited ? run.path().resolve(RunDirectory.STATUS) : run.output())
          .toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }
}
