package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is held against a limit key, beside the limits that claimers bring: it may be paused, closed
 * for a while, or have less room than usual. Of several the strictest counts. Immutable.
 *
 * @param pause why nothing of it is started until somebody says so, or null
 * @param closure why nothing of it is started for a while, or null; one that is over stays here
 *     until a run ends well, so that the next one can be longer
 * @param shrunk how many may run at once for now, or null for as many as the limits say
 * @param failures how many of its runs in a row failed for a reason that lies in the key
 * @param counted the run that was counted last, so that none is counted twice; empty for none
 */
@Experimental
public record KeyState(
    @Nullable Pause pause,
    @Nullable Closure closure,
    @Nullable Shrunk shrunk,
    int failures,
    String counted) {
  /** Nothing is held against a key. */
  public static final KeyState OPEN = new KeyState(null, null, null, 0, "");

  /** After how much quiet a shrunk key has room for one more: 3 min. */
  public static final Duration GROWTH = Duration.ofMinutes(3);

  /**
   * A pause.
   *
   * @param why what to tell a person
   * @param since since when, for display
   * @param probe from when on one run at a time is let through, to find out whether the reason is
   *     gone; null for never
   */
  public record Pause(String why, Instant since, @Nullable Moment probe) {}

  /**
   * A closing for a while.
   *
   * @param why what to tell a person
   * @param until when it is over
   * @param untilAt the same for display
   * @param inARow which closing it is since a run ended well, from 1
   */
  public record Closure(String why, Moment until, Instant untilAt, int inARow) {}

  /**
   * Less room than usual. It grows by one after each {@link #GROWTH} since it was shrunk.
   *
   * @param capacity how many may run at once, at least 1
   * @param at when it was shrunk to that
   */
  public record Shrunk(int capacity, Moment at) {}

  /** Checks for null. */
  public KeyState {
    Objects.requireNonNull(counted, "counted");
  }

  /**
   * How many may run at once.
   *
   * @param now the present moment
   * @return the number; {@link Integer#MAX_VALUE} when nothing is held against it
   */
  public int room(Moment now) {
    if (isClosed(now)) {
      return 0;
    }
    if (pause != null) {
      return pause.probe() != null && pause.probe().hasCome(now) ? 1 : 0;
    }
    return capacity(now);
  }

  /**
   * How many may run at once as far as only {@link #shrunk()} counts.
   *
   * @param now the present moment
   * @return the number; {@link Integer#MAX_VALUE} for as many as the limits say
   */
  public int capacity(Moment now) {
    if (shrunk == null) {
      return Integer.MAX_VALUE;
    }
    long more = shrunk.at().age(now).dividedBy(GROWTH);
    return (int) Math.min(Integer.MAX_VALUE, shrunk.capacity() + more);
  }

  /**
   * Tells whether it is closed for a while.
   *
   * @param now the present moment
   * @return whether it is closed at that moment
   */
  public boolean isClosed(Moment now) {
    return closure != null && !closure.until().hasCome(now);
  }

  /**
   * The same with another pause.
   *
   * @param value the pause, or null for none
   * @return the state
   */
  public KeyState pause(@Nullable Pause value) {
    return new KeyState(value, closure, shrunk, failures, counted);
  }

  /**
   * The same with another closing.
   *
   * @param value the closing, or null for none
   * @return the state
   */
  public KeyState closure(@Nullable Closure value) {
    return new KeyState(pause, value, shrunk, failures, counted);
  }

  /**
   * The same with another capacity.
   *
   * @param value the capacity, or null for as many as the limits say
   * @return the state
   */
  public KeyState shrunk(@Nullable Shrunk value) {
    return new KeyState(pause, closure, value, failures, counted);
  }

  /**
   * The same after another run.
   *
   * @param inARow how many runs in a row failed by now
   * @param run the run that is counted with this
   * @return the state
   */
  public KeyState counting(int inARow, String run) {
    return new KeyState(pause, closure, shrunk, inARow, run);
  }
}
