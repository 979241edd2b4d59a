package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who wants work, and under which limits.
 *
 * @param me the claiming instance
 * @param kinds which kinds of work it can run, and settle; others are passed over, but what only a
 *     living instance can run keeps its room
 * @param limits the claiming instance's limits, held against the counts of the whole store
 * @param want how many tasks to run at most; orphaned runs come on top; at least 0
 * @param only the one pending task that is wanted, or null for any; it comes when it is its turn:
 *     what stands before it, is of these kinds and could be claimed by anybody keeps its room
 * @param owed tells what notifications a claimed task owes; called under the engine's lock with the
 *     running record, must be quick and must not call the engine
 * @param headroom for how many more than now there is room, by key; others are not held back by it
 * @param others the kinds that somebody else hands out: they keep their room, and of these it gets
 *     what only this instance can run, when it is its turn
 */
@Experimental
public record ClaimRequest(
    Owner me,
    Set<String> kinds,
    Limits limits,
    int want,
    @Nullable TaskId only,
    Function<TaskRecord, List<NotificationRecord>> owed,
    Map<LimitKey, Headroom> headroom,
    Set<String> others) {
  /** Copies its collections. */
  public ClaimRequest {
    kinds = Set.copyOf(kinds);
    headroom = Map.copyOf(headroom);
    others = Set.copyOf(others);
  }

  /** Of one who hands out work alone. All parameters are those of the record. */
  public ClaimRequest(
      Owner me,
      Set<String> kinds,
      Limits limits,
      int want,
      @Nullable TaskId only,
      Function<TaskRecord, List<NotificationRecord>> owed,
      Map<LimitKey, Headroom> headroom) {
    this(me, kinds, limits, want, only, owed, headroom, Set.of());
  }

  /** The same, held back by nothing but the limits. */
  public ClaimRequest(
      Owner me,
      Set<String> kinds,
      Limits limits,
      int want,
      @Nullable TaskId only,
      Function<TaskRecord, List<NotificationRecord>> owed) {
    this(me, kinds, limits, want, only, owed, Map.of());
  }

  /**
   * The same request of one who hands out only a part of what it can run.
   *
   * @param share the kinds it hands out; somebody else hands out the others
   * @return the request
   */
  public ClaimRequest sharing(Set<String> share) {
    Set<String> rest = new HashSet<>(kinds);
    rest.removeAll(share);
    return new ClaimRequest(me, share, limits, want, only, owed, headroom, rest);
  }
}
