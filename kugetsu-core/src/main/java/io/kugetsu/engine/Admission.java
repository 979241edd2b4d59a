package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskId;
import java.util.List;

/** What became of a task that was to run at once or not at all. */
@Experimental
public sealed interface Admission {
  /**
   * It has its permits and is the caller's to run.
   *
   * @param claim the claim
   */
  record Admitted(Claim claim) implements Admission {}

  /**
   * It was not accepted and nothing is kept of it.
   *
   * @param key a key that has no room
   * @param limit that key's limit
   * @param holders the tasks that hold it, or would be given it first, oldest first
   * @param position the place in the line it would have had, from 1
   */
  record Refused(LimitKey key, int limit, List<TaskId> holders, int position) implements Admission {
    /** Copies its list. */
    public Refused {
      holders = List.copyOf(holders);
    }
  }
}
