package io.kugetsu.testing;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.task.Timers;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Timers whose time stands still until it is moved. Nothing fires but in {@link #advance}, on the
 * thread that calls it. Thread-safe.
 */
public final class ManualTimers implements Timers {
  /** Half of what can be counted, 146 years: added to any time it can still be compared. */
  private static final long LONGEST = Long.MAX_VALUE / 2;

  private final PriorityQueue<Pending> pending = new PriorityQueue<>(Pending.ORDER);
  private long now;
  private long count;

  /** Makes timers without one set. */
  public ManualTimers() {}

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  /** {@inheritDoc} As soon as possible means with the next {@link #advance}, even one by zero. */
  @Override
  public synchronized Timer after(Duration delay, Runnable action) {
    Pending timer = new Pending(this, now + counted(delay), count++, action);
    pending.add(timer);
    return timer;
  }

  /**
   * Moves the time on, and fires what is due by then: by time, and what is due at the same time in
   * the order in which it was set. While an action runs it is the time it was due. Timers that
   * actions set fire too if they are due by then.
   *
   * @param duration by how much; zero fires only what is due already
   * @throws InvalidRequestException when it is negative
   * @throws RuntimeException what an action throws; it ends the advance, and what is due then fires
   *     with the next one
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new InvalidRequestException("time does not go back, not by " + duration);
    }
    long target = nanoTime() + counted(duration);
    for (Pending due = next(target); due != null; due = next(target)) {
      due.action.run();
    }
  }

  /** {@return how many timers are set and have neither fired nor been cancelled} */
  public synchronized int pending() {
    return pending.size();
  }

  private synchronized @Nullable Pending next(long target) {
    Pending first = pending.peek();
    boolean due = first != null && first.due - target <= 0;
    long reached = due ? first.due : target;
    now += Math.max(0, reached - now);
    return due ? pending.poll() : null;
  }

  private synchronized void remove(Pending timer) {
    pending.remove(timer);
  }

  private static long counted(Duration duration) {
    return Math.max(0, Math.min(LONGEST, TimeUnit.NANOSECONDS.convert(duration)));
  }

  private static final class Pending implements Timer {
    static final Comparator<Pending> ORDER =
        (one, other) ->
            one.due == other.due
                ? Long.compare(one.number, other.number)
                : Long.signum(one.due - other.due);

    private final ManualTimers timers;
    private final long due;
    private final long number;
    private final Runnable action;

    Pending(ManualTimers timers, long due, long number, Runnable action) {
      this.timers = timers;
      this.due = due;
      this.number = number;
      this.action = action;
    }

    @Override
    public void close() {
      timers.remove(this);
    }
  }
}
