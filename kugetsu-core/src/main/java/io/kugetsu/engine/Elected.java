package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.Set;

/**
 * The instance that hands out work.
 *
 * @param owner who it is
 * @param kinds the kinds of work that it serves
 */
@Experimental
public record Elected(Owner owner, Set<String> kinds) {
  /** Copies its set. */
  public Elected {
    kinds = Set.copyOf(kinds);
  }
}
