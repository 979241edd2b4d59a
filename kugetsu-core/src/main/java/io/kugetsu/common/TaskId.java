package io.kugetsu.common;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * The one identifier of a task for its whole life: what handing over a message returns is what
 * waiting, reading output and stopping take.
 *
 * <p>The form is {@code tsk_} followed by 11 characters of time (microseconds) and 8 random ones
 * (40 bits), in lower-case Crockford base 32. Identifiers made by one JVM sort in the order they
 * were made, also when the clock is set back. A value is checked when it is made, so an identifier
 * is always safe as a file name. Immutable and thread-safe.
 *
 * @param value the text, for example {@code tsk_01k3x5m7q2a9bcdefgh}
 */
public record TaskId(String value) implements Comparable<TaskId> {
  private static final String PREFIX = "tsk_";
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int TIME_DIGITS = 11;
  private static final int RANDOM_DIGITS = 8;
  private static final Pattern FORM =
      Pattern.compile(PREFIX + "[" + DIGITS + "]{" + (TIME_DIGITS + RANDOM_DIGITS) + "}");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final AtomicLong LAST_MICROS = new AtomicLong();

  /**
   * Checks and wraps a text.
   *
   * @throws InvalidRequestException when the text is not of the form above
   */
  public TaskId {
    Objects.requireNonNull(value, "value");
    if (!FORM.matcher(value).matches()) {
      throw new InvalidRequestException(
          "not a task id: '" + Texts.excerpt(value) + "'; an id looks like tsk_ and 19 characters");
    }
  }

  /**
   * Makes a new identifier, later in order than every one this JVM made before.
   *
   * @param clock tells the time that the identifier starts with
   * @return a new identifier
   */
  public static TaskId next(Clock clock) {
    Instant now = clock.instant();
    long wanted = Math.max(0, now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000);
    long micros = LAST_MICROS.updateAndGet(last -> Math.max(last + 1, wanted));
    StringBuilder text = new StringBuilder(PREFIX);
    for (int shift = (TIME_DIGITS - 1) * 5; shift >= 0; shift -= 5) {
      text.append(DIGITS.charAt((int) (micros >>> shift) & 31));
    }
    for (int i = 0; i < RANDOM_DIGITS; i++) {
      text.append(DIGITS.charAt(RANDOM.nextInt(32)));
    }
    return new TaskId(text.toString());
  }

  @Override
  public int compareTo(TaskId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
