package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.Objects;

/**
 * For how many more there is room at this moment, for a reason that has nothing to do with how many
 * run: what the machine has left, say. Immutable.
 *
 * @param more how many more may start now; at least 0
 * @param why why not more, for a person; empty when there is no such reason
 */
@Experimental
public record Headroom(int more, String why) {
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
