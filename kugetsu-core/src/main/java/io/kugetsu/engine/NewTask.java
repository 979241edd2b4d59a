package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.SpawnLimits;
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
 * @param parent the task that starts it, or null
 * @param requestedBy who asked for it, for people, or null
 * @param spawnLimits how far tasks that start tasks may go; counts only with a parent. The engine
 *     adds the key {@code root:<root>} to the limit keys of such a task, under which the running
 *     ones are counted
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
    List<NotificationRecord> owed,
    @Nullable TaskId parent,
    @Nullable String requestedBy,
    SpawnLimits spawnLimits) {
  /** Copies its collections. */
  public NewTask {
    limitKeys = Set.copyOf(limitKeys);
    input = Map.copyOf(input);
    owed = List.copyOf(owed);
  }

  /** A task that no task starts. All parameters are those of the record. */
  public NewTask(
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
    this(
        id,
        kind,
        detached,
        priority,
        limitKeys,
        session,
        onlyBy,
        notBefore,
        idempotencyKey,
        input,
        owed,
        null,
        null,
        SpawnLimits.DEFAULT);
  }

  /**
   * The same task, started by another one.
   *
   * @param starter the task that starts it, or null
   * @param limits how far tasks that start tasks may go
   * @return the task
   */
  public NewTask childOf(@Nullable TaskId starter, SpawnLimits limits) {
    return new NewTask(
        id,
        kind,
        detached,
        priority,
        limitKeys,
        session,
        onlyBy,
        notBefore,
        idempotencyKey,
        input,
        owed,
        starter,
        requestedBy,
        limits);
  }

  /**
   * The same task, asked for by somebody.
   *
   * @param who who asked for it, for people, or null
   * @return the task
   */
  public NewTask requestedBy(@Nullable String who) {
    return new NewTask(
        id,
        kind,
        detached,
        priority,
        limitKeys,
        session,
        onlyBy,
        notBefore,
        idempotencyKey,
        input,
        owed,
        parent,
        who,
        spawnLimits);
  }
}
