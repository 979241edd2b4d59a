package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is kept about one task. Immutable; a later state is another record with a higher
 * revision.
 *
 * @param id its identifier
 * @param kind which kind of work it is
 * @param detached false for a foreground task, which ends with the instance that started it; true
 *     for one in the background. Foreground becomes background once, by {@link TaskStore#detach},
 *     and never the other way round; records from before there was a difference are in the
 *     background
 * @param status its state
 * @param revision counts the changes of this record, from 1
 * @param epoch counts the claims: 0 before the first, and the fencing token of the present one
 * @param attempts counts the runs that count as an attempt
 * @param priority higher goes first
 * @param order its place in the line among equal priorities: lower goes first
 * @param limitKeys what it needs a permit for
 * @param session the session it belongs to, or null
 * @param onlyBy the only instance that can run it, or null
 * @param owner the instance that runs it while it is running or stopping, or that settles it while
 *     it is awaiting; null otherwise, and while it is {@linkplain TaskStore#release released} and
 *     nobody has taken it over yet
 * @param holder what its permit was given for while it is running or stopping, else null
 * @param createdAt when it was accepted
 * @param notBefore it is not handed out before this instant, or null
 * @param claimedAt when the present or last epoch was claimed, or null
 * @param startedAt when the present or last epoch's work began to run, or null
 * @param endedAt when it became terminal, or null
 * @param stop why a stop was asked for, or null
 * @param idempotencyKey the key it was accepted under, or null
 * @param input what the work needs to know
 * @param progress what the present or last epoch made known while it ran
 * @param outcome how it ended, or for a task that is pending again how its last epoch did, and for
 *     one that is awaiting how its own run did; empty before and while it runs
 * @param family where it stands among the tasks that started it and those that it started
 * @param requestedBy who asked for it, or null
 * @param heldUntil the moment before which a task that is pending again is not handed out, or null
 * @param ownEnd the terminal status of its own run while it is awaiting, else null
 */
@Experimental
public record TaskRecord(
    TaskId id,
    String kind,
    boolean detached,
    TaskStatus status,
    long revision,
    long epoch,
    int attempts,
    int priority,
    long order,
    Set<LimitKey> limitKeys,
    @Nullable SessionKey session,
    @Nullable Owner onlyBy,
    @Nullable Owner owner,
    @Nullable Holder holder,
    Instant createdAt,
    @Nullable Instant notBefore,
    @Nullable Instant claimedAt,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable StopReason stop,
    @Nullable String idempotencyKey,
    Map<String, String> input,
    Map<String, String> progress,
    Map<String, String> outcome,
    Family family,
    @Nullable String requestedBy,
    @Nullable Moment heldUntil,
    @Nullable TaskStatus ownEnd) {
  /** Copies its collections. */
  public TaskRecord {
    limitKeys = Set.copyOf(limitKeys);
    input = Map.copyOf(input);
    progress = Map.copyOf(progress);
    outcome = Map.copyOf(outcome);
  }

  /** {@return the task that started it, or null for a root} */
  public @Nullable TaskId parent() {
    return family.parent();
  }

  /** {@return the root that it descends from; itself when no task started it} */
  public TaskId root() {
    TaskId root = family.root();
    return root == null ? id : root;
  }

  /** {@return how many steps below its root it is; 0 for a root} */
  public int depth() {
    return family.depth();
  }
}
