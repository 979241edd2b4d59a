package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.SessionKey;
import java.util.Map;
import java.util.Set;

/**
 * A change of a session's record that belongs to the end of a run. Applying it twice is the same as
 * applying it once; a session that no longer exists is not made again.
 *
 * @param key the session
 * @param held the new {@link SessionRecord#held()}
 * @param set fields to add or replace
 * @param remove fields to take away
 */
@Experimental
public record SessionChange(
    SessionKey key, boolean held, Map<String, String> set, Set<String> remove) {
  /** Copies its collections. */
  public SessionChange {
    set = Map.copyOf(set);
    remove = Set.copyOf(remove);
  }
}
