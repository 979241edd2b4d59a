package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.time.Duration;

/**
 * A moment in the time of one machine, which no clock that is set can move: counted since a boot.
 * Immutable.
 *
 * @param bootId the boot that it is counted from; empty where the system does not tell
 * @param millis milliseconds since that boot
 */
@Experimental
public record Moment(String bootId, long millis) {
  private static final Duration FAR = Duration.ofDays(365_000);

  /**
   * A later moment.
   *
   * @param time by how much
   * @return the moment
   */
  public Moment plus(Duration time) {
    Duration step = time.compareTo(FAR) > 0 ? FAR : time;
    return new Moment(bootId, millis + step.toMillis());
  }

  /**
   * Tells whether this moment has come. One of another boot has: how long the machine was off
   * nobody knows, and what waits for a moment waits only for seconds or minutes.
   *
   * @param now the present moment
   * @return whether it is not in the future
   */
  public boolean hasCome(Moment now) {
    return !bootId.equals(now.bootId) || millis <= now.millis;
  }

  /**
   * How long ago this moment was.
   *
   * @param now the present moment
   * @return the time, zero when it has not come yet; longer than anything for another boot
   */
  public Duration age(Moment now) {
    if (!bootId.equals(now.bootId)) {
      return FAR;
    }
    return Duration.ofMillis(Math.max(0, now.millis - millis));
  }

  /**
   * How long it is until this moment comes.
   *
   * @param now the present moment
   * @return the time; zero when it has come
   */
  public Duration left(Moment now) {
    return hasCome(now) ? Duration.ZERO : Duration.ofMillis(millis - now.millis);
  }
}
