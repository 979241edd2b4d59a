package io.kugetsu.task;

import io.kugetsu.common.InvalidRequestException;
import java.time.Duration;

/**
 * For how long ended tasks are kept, with their outputs. A task that is still needed is kept
 * longer: one that a session needs to be gone on with, or that somebody still has to be told about.
 *
 * @param age how long at most, counted from the end
 * @param count how many at most; the oldest go first
 */
public record Retention(Duration age, int count) {
  /** Seven days, and 10 000 tasks. */
  public static final Retention DEFAULT = new Retention(Duration.ofDays(7), 10_000);

  /**
   * Checks its parts.
   *
   * @throws InvalidRequestException when one is negative
   */
  public Retention {
    if (age.isNegative() || count < 0) {
      throw new InvalidRequestException("a retention cannot be negative");
    }
  }
}
