package io.kugetsu.task;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A task at one moment. Immutable; never holds the message or a secret.
 *
 * @param id its identifier
 * @param kind which kind of work it is, for example {@code agent.opencode}
 * @param description what it is about, a line for a person; may be empty
 * @param status its state
 * @param detached whether it is in the background, and so outlives the JVM that has it
 * @param epoch counts its claims; 0 before the first
 * @param attempts how many runs counted as an attempt
 * @param limitKeys what it needs a permit for
 * @param ref the issue it works on, or empty
 * @param session the session it belongs to, or empty
 * @param createdAt when it was accepted
 * @param startedAt when its present or last run began, or empty
 * @param endedAt when it ended, or empty
 * @param stop why a stop was asked for, or empty
 */
public record TaskInfo(
    TaskId id,
    String kind,
    String description,
    TaskStatus status,
    boolean detached,
    long epoch,
    int attempts,
    Set<LimitKey> limitKeys,
    Optional<IssueRef> ref,
    Optional<SessionKey> session,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    Optional<StopReason> stop) {
  /** Copies its set. */
  public TaskInfo {
    limitKeys = Set.copyOf(limitKeys);
  }
}
