package io.kugetsu.testing;

import io.kugetsu.engine.MachineTime;
import io.kugetsu.engine.Moment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still until it is told otherwise, and the machine's time that passes with it.
 * Thread-safe.
 */
public final class ManualClock extends Clock {
  private final AtomicReference<Instant> now;
  private final AtomicLong passed;
  private final ZoneId zone;

  /**
   * Makes one in UTC.
   *
   * @param start the time it shows at first
   */
  public ManualClock(Instant start) {
    this(new AtomicReference<>(start), new AtomicLong(), ZoneOffset.UTC);
  }

  private ManualClock(AtomicReference<Instant> now, AtomicLong passed, ZoneId zone) {
    this.now = now;
    this.passed = passed;
    this.zone = zone;
  }

  /**
   * Sets the clock, forwards or back, as a person would: no time passes.
   *
   * @param instant the time it shows from now on
   */
  public void set(Instant instant) {
    now.set(instant);
  }

  /**
   * Moves the time.
   *
   * @param duration by how much; a negative one only sets the clock back
   * @return the time it shows now
   */
  public Instant advance(Duration duration) {
    passed.addAndGet(Math.max(0, duration.toMillis()));
    return now.updateAndGet(time -> time.plus(duration));
  }

  /**
   * The machine's time: passes with {@link #advance}, and is not moved by {@link #set}.
   *
   * @return the time, for an engine
   */
  public MachineTime machineTime() {
    return () -> new Moment("manual", passed.get());
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  /** {@return a clock that shows the same time, now and later, and names another zone} */
  @Override
  public ManualClock withZone(ZoneId other) {
    return new ManualClock(now, passed, other);
  }
}
