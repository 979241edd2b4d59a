package io.kugetsu.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is told otherwise. Thread-safe. */
public final class ManualClock extends Clock {
  private final AtomicReference<Instant> now;
  private final ZoneId zone;

  /**
   * Makes one in UTC.
   *
   * @param start the time it shows at first
   */
  public ManualClock(Instant start) {
    this(new AtomicReference<>(start), ZoneOffset.UTC);
  }

  private ManualClock(AtomicReference<Instant> now, ZoneId zone) {
    this.now = now;
    this.zone = zone;
  }

  /**
   * Sets the time, forwards or back.
   *
   * @param instant the time it shows from now on
   */
  public void set(Instant instant) {
    now.set(instant);
  }

  /**
   * Moves the time.
   *
   * @param duration by how much; a negative one moves it back
   * @return the time it shows now
   */
  public Instant advance(Duration duration) {
    return now.updateAndGet(time -> time.plus(duration));
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
    return new ManualClock(now, other);
  }
}
