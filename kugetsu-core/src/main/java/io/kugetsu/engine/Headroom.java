package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.time.Duration;
import java.util.Objects;

/**
 * For how many more there is room at this moment, for a reason that has nothing to do with how many
 * run: what the machine has left, say. What was claimed within the last {@link #UNSEEN} counts
 * against it, as it may not have taken yet what it will. Immutable.
 *
 * @param more how many more may start now; at least 0
 * @param why why not more, for a person; empty when there is no such reason
 */
@Experimental
public record Headroom(int more, String why) {
  /** For how long a claimed run is thought not to hold yet what it will: 15 s. */
  public static final Duration UNSEEN = Duration.ofSeconds(15);

  /** Room for any number. */
  public static final Headroom ANY = new Headroom(Integer.MAX_VALUE, "");

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException when it is negative
   */
  public Headroom {
    Objects.requireNonNull(why, "why");
    if (more < 0) {
      throw new IllegalArgumentException("room for fewer than none: " + more);
    }
  }

  /**
   * The stricter one of two.
   *
   * @param other the other one
   * @return the one that leaves room for fewer
   */
  public Headroom or(Headroom other) {
    return other.more < more ? other : this;
  }
}
