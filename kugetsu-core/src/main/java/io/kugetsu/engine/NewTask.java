package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A task to accept.
 *
 * @param id its identifier, new
 * @param kind which kind of work it is, for example {@code agent.opencode}; only an instance that
 *     claims this kind gets it
 * @param detached whether it is a background task, which goes on without the instance that started
 *     it; false for a foreground task
 * @param priority higher goes first among what may run; 0 is the default
 * @param limitKeys what it needs a permit for, computed once
 * @param session the session it belongs to, or null; tasks of one session start in the order they
 *     were accepted
 * @param onlyBy the only instance that can run it, or null; when that instance is dead the task is
 *     cancelled by the next claim of anybody
 * @param notBefore it is not handed out before this instant, or null
 * @param idempotencyKey a second task with the same key is not accepted again, or null
 * @param input what the work needs to know; never changed afterwards
 * @param owed notifications that become visible in the same step
 */
@Experimental
public record NewTask(
    TaskId id,
    String kind,
    boolean detached,
    int priority,
    Set<LimitKey> limitKeys,
    @Nullable SessionKey session,
    @Nullable Owner onlyBy,
    @Nullable Instant notBefore,
    @Nullable String idempotencyKey,
    Map<String, String> input,
    List<NotificationRecord> owed) {
  /** Copies its collections. */
  public NewTask {
    limitKeys = Set.copyOf(limitKeys);
    input = Map.copyOf(input);
    owed = List.copyOf(owed);
  }
}
