package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much a store holds at one moment. Immutable.
 *
 * @param pending how many tasks wait for their turn
 * @param oldestPending when the one of them was accepted that waits longest, or null when none does
 * @param awaiting how many tasks only await those that they started
 * @param running how many run or are being stopped, those that are being settled included
 * @param held how many permits are given for each limit key; keys of which none is are left out
 * @param wanted how many tasks wait for their turn that need a limit key, for each; without the
 *     keys of sessions
 */
@Experimental
public record StoreCounts(
    int pending,
    @Nullable Instant oldestPending,
    int awaiting,
    int running,
    Map<LimitKey, Integer> held,
    Map<LimitKey, Integer> wanted) {
  /** Copies its maps. */
  public StoreCounts {
    wanted = Map.copyOf(wanted);
    held = Map.copyOf(held);
  }
}
