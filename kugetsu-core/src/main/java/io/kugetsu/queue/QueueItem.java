package io.kugetsu.queue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * A message that waits or waited, as a view of its task at one moment. Immutable; without the
 * message.
 *
 * @param id the task
 * @param state where it stands
 * @param ref the issue it belongs to
 * @param priority higher goes first
 * @param position its place in the line, from 1; empty once it waits no more
 * @param attempts how many runs counted as an attempt
 * @param createdAt when it was accepted
 */
public record QueueItem(
    TaskId id,
    State state,
    IssueRef ref,
    int priority,
    OptionalInt position,
    int attempts,
    Instant createdAt) {
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
