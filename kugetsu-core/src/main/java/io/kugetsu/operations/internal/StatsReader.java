package io.kugetsu.operations.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.StoreCounts;
import io.kugetsu.engine.Tally;
import io.kugetsu.limit.internal.EngineLimiter;
import io.kugetsu.operations.KeyUse;
import io.kugetsu.operations.Stats;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.internal.TaskViews;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Takes stats of an engine. */
public final class StatsReader {
  private final Engine engine;
  private final Supplier<Limits> limits;
  private final Clock clock;

  /**
   * Makes a reader.
   *
   * @param engine keeps everything
   * @param limits the limits in force
   * @param clock tells the time
   */
  public StatsReader(Engine engine, Supplier<Limits> limits, Clock clock) {
    this.engine = engine;
    this.limits = limits;
    this.clock = clock;
  }

  /** {@return how everything stands now} */
  public Stats read() {
    Instant now = clock.instant();
    StoreCounts counts = engine.tasks().counts();
    Optional<Duration> wait =
        Optional.ofNullable(counts.oldestPending())
            .map(since -> Duration.between(since, now))
            .map(time -> time.isNegative() ? Duration.ZERO : time);
    Map<TaskStatus, Integer> tasks = new EnumMap<>(TaskStatus.class);
    Map<FailureType, Integer> failures = new EnumMap<>(FailureType.class);
    for (Tally tally : engine.tasks().tally(TaskViews.FAILURE)) {
      if (!tally.kind().equals(EngineLimiter.KIND)) {
        tasks.merge(tally.status(), tally.count(), Integer::sum);
        if (!tally.value().isEmpty()) {
          failures.merge(TaskViews.failure(tally.value()), tally.count(), Integer::sum);
        }
      }
    }
    return new Stats(
        now,
        tasks.getOrDefault(TaskStatus.PENDING, 0),
        tasks.getOrDefault(TaskStatus.RUNNING, 0) + tasks.getOrDefault(TaskStatus.STOPPING, 0),
        tasks.getOrDefault(TaskStatus.AWAITING, 0),
        wait,
        failures,
        keys(counts));
  }

  private List<KeyUse> keys(StoreCounts counts) {
    Map<LimitKey, Integer> held = counts.held();
    Map<LimitKey, Integer> waiting = counts.wanted();
    Map<LimitKey, KeyState> states = engine.keys().all();
    Moment moment = engine.keys().now();
    Limits inForce = limits.get();
    Set<LimitKey> keys = new TreeSet<>(held.keySet());
    keys.addAll(waiting.keySet());
    keys.addAll(states.keySet());
    return keys.stream()
        .filter(key -> !key.isSession() && !key.value().startsWith("root:"))
        .map(
            key ->
                use(
                    key,
                    held.getOrDefault(key, 0),
                    waiting.getOrDefault(key, 0),
                    inForce.of(key),
                    states.getOrDefault(key, KeyState.OPEN),
                    moment))
        .toList();
  }

  private static KeyUse use(
      LimitKey key, int held, int waiting, OptionalInt limit, KeyState state, Moment now) {
    int room = state.room(now);
    if (room == Integer.MAX_VALUE) {
      return new KeyUse(
          key, held, waiting, limit, OptionalInt.empty(), Optional.empty(), Optional.empty());
    }
    Optional<String> reason = Optional.of("its capacity is lowered after it was overloaded");
    Optional<Instant> until = Optional.empty();
    KeyState.Closure closure = state.closure();
    KeyState.Pause pause = state.pause();
    if (pause != null) {
      reason = Optional.of(pause.why());
    } else if (closure != null && state.isClosed(now)) {
      reason = Optional.of(closure.why());
      until = Optional.of(closure.untilAt());
    }
    return new KeyUse(key, held, waiting, limit, OptionalInt.of(room), reason, until);
  }
}
