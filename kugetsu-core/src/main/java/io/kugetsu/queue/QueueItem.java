package io.kugetsu.queue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.task.Outcome;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A message that waits or waited, as a view of its task at one moment. Immutable; without the
 * message.
 *
 * @param id the task
 * @param state where it stands
 * @param status where its task stands, which tells more
 * @param ref the issue it belongs to
 * @param priority higher goes first
 * @param position its place in the line, from 1; empty once it waits no more
 * @param attempts how many runs counted as an attempt
 * @param createdAt when it was accepted
 * @param notBefore it does not start before this instant, or empty
 * @param startedAt when its present or last run began to work, or empty
 * @param endedAt when it ended, or empty
 * @param requestedBy who asked for it, or empty
 * @param parent the task that started it, or empty
 * @param branch the branch of its session, or empty as long as there is none, or no session any
 *     more
 * @param outcome how it ended, with what changed on the branch; of one that waits again, how its
 *     last run did; else {@link Outcome#NONE}
 */
public record QueueItem(
    TaskId id,
    State state,
    TaskStatus status,
    IssueRef ref,
    int priority,
    OptionalInt position,
    int attempts,
    Instant createdAt,
    Optional<Instant> notBefore,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    Optional<String> requestedBy,
    Optional<TaskId> parent,
    Optional<String> branch,
    Outcome outcome) {
  /** The states of a queue item. */
  public enum State {
    /** It waits. */
    PENDING,
    /** It was picked up. */
    NOTIFIED,
    /** It is done. */
    COMPLETED,
    /** It ended in another way. */
    ERROR,
    /** It was taken back before it started. */
    CANCELLED
  }
}
