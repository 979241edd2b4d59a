package io.kugetsu.operations.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.Tally;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.limit.internal.EngineLimiter;
import io.kugetsu.operations.KeyUse;
import io.kugetsu.operations.Stats;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.internal.TaskViews;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Takes stats of an engine. */
public final class StatsReader {
  private static final Set<TaskStatus> OPEN =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING, TaskStatus.AWAITING);
  private static final Set<TaskStatus> HOLDING =
      EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING);

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
    List<TaskRecord> open = engine.tasks().list(OPEN);
    List<TaskRecord> tasks =
        open.stream().filter(it -> !it.kind().equals(EngineLimiter.KIND)).toList();
    return new Stats(
        now,
        count(tasks, EnumSet.of(TaskStatus.PENDING)),
        count(tasks, HOLDING),
        count(tasks, EnumSet.of(TaskStatus.AWAITING)),
        oldestWait(tasks, now),
        failures(),
        keys(open));
  }

  private static int count(List<TaskRecord> tasks, Set<TaskStatus> states) {
    return (int) tasks.stream().filter(it -> states.contains(it.status())).count();
  }

  private Optional<Duration> oldestWait(List<TaskRecord> tasks, Instant now) {
    Moment moment = engine.keys().now();
    return tasks.stream()
        .filter(it -> it.status() == TaskStatus.PENDING)
        .filter(it -> it.heldUntil() == null || it.heldUntil().hasCome(moment))
        .map(it -> it.notBefore() == null ? it.createdAt() : later(it.createdAt(), it.notBefore()))
        .filter(since -> !since.isAfter(now))
        .min(Instant::compareTo)
        .map(since -> Duration.between(since, now));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private Map<FailureType, Integer> failures() {
    Map<FailureType, Integer> failures = new EnumMap<>(FailureType.class);
    for (Tally tally : engine.tasks().tally(TaskViews.FAILURE)) {
      if (!tally.value().isEmpty() && !tally.kind().equals(EngineLimiter.KIND)) {
        failures.merge(TaskViews.failure(tally.value()), tally.count(), Integer::sum);
      }
    }
    return failures;
  }

  private List<KeyUse> keys(List<TaskRecord> open) {
    Map<LimitKey, Integer> held = new HashMap<>();
    Map<LimitKey, Integer> waiting = new HashMap<>();
    for (TaskRecord task : open) {
      if (task.status() != TaskStatus.AWAITING) {
        Map<LimitKey, Integer> counts = HOLDING.contains(task.status()) ? held : waiting;
        task.limitKeys().forEach(key -> counts.merge(key, 1, Integer::sum));
      }
    }
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
