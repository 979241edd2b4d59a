package io.kugetsu.session.internal;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Run;
import io.kugetsu.task.internal.TaskNotices;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs tell about the keys they ran under, for all that wait for these keys: a provider that
 * limits the rate is left alone for a while and gets fewer runs at once; what does not work at all
 * is paused. Each run is counted once, also when it is judged again after a crash. Thread-safe.
 */
public final class KeyKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(KeyKeeper.class);
  private static final Set<FailureType> LIMITED =
      EnumSet.of(FailureType.RATE_LIMIT, FailureType.OVERLOADED);
  private static final Set<FailureType> BROKEN =
      EnumSet.of(
          FailureType.AUTHENTICATION,
          FailureType.QUOTA,
          FailureType.CONFIGURATION,
          FailureType.NO_PROGRAM);
  private static final Set<TaskStatus> LIVE = EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING);

  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(3);
  private static final int MOST_DOUBLINGS = 6;
  private static final Duration SHRINKS_EVERY = Duration.ofSeconds(2);

  /** How many runs in a row have to fail for a key to be paused. */
  private static final int PAUSES_AFTER = 2;

  private static final Duration FIRST_PROBE = Duration.ofMinutes(5);
  private static final Duration LAST_PROBE = Duration.ofHours(1);

  /** After so much quiet nobody needs to know any more that a key had less room. */
  private static final Duration FORGOTTEN = Duration.ofHours(1);

  private final KeyStore keys;
  private final TaskStore tasks;
  private final Clock clock;

  /**
   * Makes a keeper.
   *
   * @param engine keeps the keys
   * @param clock tells the time that is shown
   */
  public KeyKeeper(Engine engine, Clock clock) {
    this.keys = engine.keys();
    this.tasks = engine.tasks();
    this.clock = clock;
  }

  /**
   * What a run made of its key.
   *
   * @param closed whether the key gives nothing out for now, so that a run that goes back into the
   *     line waits there for it
   * @param owed what is to be told about it
   */
  record Verdict(boolean closed, List<NotificationRecord> owed) {
    static final Verdict NONE = new Verdict(false, List.of());
  }

  /** Counts a run whose agent has spoken. */
  Verdict judge(Run run, AgentTask task, AgentReport report) {
    try {
      if (report.failure().isPresent()) {
        FailureType failure = report.failure().get();
        if (LIMITED.contains(failure) || BROKEN.contains(failure)) {
          return failed(run, task, failure, report.error(), report.retryAfter());
        }
      }
      if (report.failure().isEmpty() || report.worked()) {
        works(run, task);
      }
    } catch (StorageException e) {
      LOG.warn("what {} tells about its limit keys cannot be noted", run.task(), e);
    }
    return Verdict.NONE;
  }

  /** Counts a run whose agent could not be started. */
  Verdict unstarted(Run run, AgentTask task, FailureType failure, String error) {
    try {
      return failure == FailureType.NO_PROGRAM
          ? failed(run, task, failure, error, Optional.empty())
          : Verdict.NONE;
    } catch (StorageException e) {
      LOG.warn("that {} could not be started cannot be noted", run.task(), e);
      return Verdict.NONE;
    }
  }

  private Verdict failed(
      Run run, AgentTask task, FailureType failure, String error, Optional<Duration> retryAfter) {
    LimitKey key = task.keyOf(failure);
    if (LIMITED.contains(failure)) {
      limited(key, run, error, retryAfter);
      return new Verdict(true, List.of());
    }
    KeyState now = broken(key, run, failure, error, retryAfter);
    KeyState.Pause pause = now.pause();
    boolean isNew = now.counted().equals(run.marker()) && now.failures() == PAUSES_AFTER;
    return pause == null
        ? Verdict.NONE
        : new Verdict(true, isNew ? List.of(notice(run, task, key, pause)) : List.of());
  }

  private void limited(LimitKey key, Run run, String error, Optional<Duration> retryAfter) {
    int running =
        (int) tasks.list(LIVE).stream().filter(it -> it.limitKeys().contains(key)).count();
    Moment now = keys.now();
    Instant at = clock.instant();
    keys.change(
        key,
        state ->
            state.counted().equals(run.marker())
                ? state
                : shrunk(closed(state, error, retryAfter, now, at), running, now)
                    .counting(state.failures(), run.marker()));
  }

  /** Several that run into the same limit at the same time make one closing, not one each. */
  private static KeyState closed(
      KeyState state, String error, Optional<Duration> retryAfter, Moment now, Instant at) {
    KeyState.Closure before = state.closure();
    boolean isClosed = state.isClosed(now);
    int inARow = before == null ? 1 : before.inARow() + (isClosed ? 0 : 1);
    Duration wait =
        retryAfter
            .map(KeyKeeper::atLeast)
            .orElseGet(() -> FIRST_WAIT.multipliedBy(1L << Math.min(inARow - 1, MOST_DOUBLINGS)));
    Moment until = now.plus(wait);
    if (before != null && isClosed && until.hasCome(before.until())) {
      return state;
    }
    return isClosed && retryAfter.isEmpty()
        ? state
        : state.closure(new KeyState.Closure(error, until, at.plus(wait), inARow));
  }

  /** A provider that asks for no wait at all would be asked without end. */
  private static Duration atLeast(Duration asked) {
    return asked.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : asked;
  }

  private static KeyState shrunk(KeyState state, int running, Moment now) {
    KeyState.Shrunk before = state.shrunk();
    if (before != null && before.at().age(now).compareTo(SHRINKS_EVERY) < 0) {
      return state;
    }
    int capacity = Math.min(state.capacity(now), Math.max(1, running - 1));
    return state.shrunk(new KeyState.Shrunk(capacity, now));
  }

  private KeyState broken(
      LimitKey key, Run run, FailureType failure, String error, Optional<Duration> retryAfter) {
    Moment now = keys.now();
    Instant at = clock.instant();
    return keys.change(
        key,
        state -> {
          if (state.counted().equals(run.marker())) {
            return state;
          }
          KeyState counted = state.counting(state.failures() + 1, run.marker());
          KeyState.Pause before = state.pause();
          boolean byPerson = before != null && before.probe() == null;
          if (counted.failures() < PAUSES_AFTER || byPerson) {
            return counted;
          }
          Duration wait = retryAfter.orElse(Duration.ZERO);
          Duration probe = probeAfter(counted.failures());
          return counted.pause(
              new KeyState.Pause(
                  why(failure) + (error.isEmpty() ? "" : ": " + error),
                  before == null ? at : before.since(),
                  now.plus(wait.compareTo(probe) > 0 ? wait : probe)));
        });
  }

  private static Duration probeAfter(int failures) {
    Duration wait =
        FIRST_PROBE.multipliedBy(1L << Math.min(failures - PAUSES_AFTER, MOST_DOUBLINGS));
    return wait.compareTo(LAST_PROBE) > 0 ? LAST_PROBE : wait;
  }

  private static String why(FailureType failure) {
    return switch (failure) {
      case AUTHENTICATION -> "its credentials are refused";
      case QUOTA -> "its account has no quota left";
      case NO_PROGRAM -> "its program cannot be started";
      default -> "it is configured wrongly";
    };
  }

  private NotificationRecord notice(Run run, AgentTask task, LimitKey key, KeyState.Pause pause) {
    return TaskNotices.keyPaused(
        run.task(),
        run.epoch(),
        Optional.of(task.ref()),
        clock.instant(),
        key
            + " is paused: "
            + pause.why()
            + "; what waits for it stays in line; put that right, then resume "
            + key
            + ", or wait until one run in a while finds it working again");
  }

  /** What was held against a key because of its failures is over: it works. */
  private void works(Run run, AgentTask task) {
    Set<LimitKey> held = keys.all().keySet();
    Moment now = keys.now();
    for (LimitKey key : AgentTask.keys(task.agent(), task.model())) {
      if (held.contains(key)) {
        keys.change(
            key, state -> state.counted().equals(run.marker()) ? state : working(state, run, now));
      }
    }
  }

  private static KeyState working(KeyState state, Run run, Moment now) {
    KeyState.Pause pause = state.pause();
    KeyState.Shrunk shrunk = state.shrunk();
    boolean forgotten = shrunk != null && shrunk.at().age(now).compareTo(FORGOTTEN) > 0;
    KeyState after =
        new KeyState(
            pause == null || pause.probe() != null ? null : pause,
            state.isClosed(now) ? state.closure() : null,
            forgotten ? null : shrunk,
            0,
            "");
    return after.equals(KeyState.OPEN) ? after : after.counting(0, run.marker());
  }
}
