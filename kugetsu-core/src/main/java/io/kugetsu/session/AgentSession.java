package io.kugetsu.session;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * An agent's conversation, bound to an issue and a worktree. Immutable; a snapshot.
 *
 * @param key its key
 * @param role what it is for
 * @param ref the issue
 * @param state its state at that moment
 * @param repository git's common directory of the clone that its worktree belongs to
 * @param agent the name of the agent
 * @param agentSession the agent's own identifier of the session, or empty before it told it
 * @param worktree where it works, or empty before it was made
 * @param branch the branch it works on, or empty before it was made
 * @param task the last task in it, or empty
 * @param createdAt when it was recorded
 * @param activeAt when it last changed
 */
public record AgentSession(
    SessionKey key,
    SessionRole role,
    IssueRef ref,
    SessionState state,
    Path repository,
    String agent,
    Optional<String> agentSession,
    Optional<Path> worktree,
    Optional<String> branch,
    Optional<TaskId> task,
    Instant createdAt,
    Instant activeAt) {
  /**
   * The same session, seen while a message waits for it.
   *
   * @return a copy that is {@link SessionState#WAITING}
   */
  public AgentSession waiting() {
    return new AgentSession(
        key,
        role,
        ref,
        SessionState.WAITING,
        repository,
        agent,
        agentSession,
        worktree,
        branch,
        task,
        createdAt,
        activeAt);
  }
}
