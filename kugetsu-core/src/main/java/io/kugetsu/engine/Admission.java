package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
   * @param why what is {@linkplain KeyState held against} the key, for a person; empty when it is
   *     only full
   * @param until until when, for display; null when nobody knows, or it is only full
   */
  record Refused(
      LimitKey key,
      int limit,
      List<TaskId> holders,
      int position,
      String why,
      @Nullable Instant until)
      implements Admission {
    /** Copies its list. */
    public Refused {
      holders = List.copyOf(holders);
    }

    /** A key that is only full. All parameters are those of the record. */
    public Refused(LimitKey key, int limit, List<TaskId> holders, int position) {
      this(key, limit, holders, position, "", null);
    }

    /**
     * The same with a reason.
     *
     * @param reason what is held against the key
     * @param end until when, or null
     * @return the refusal
     */
    public Refused because(String reason, @Nullable Instant end) {
      return new Refused(key, limit, holders, position, reason, end);
    }
  }
}
