package io.kugetsu;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.Permit;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import io.kugetsu.session.internal.Places;
import io.kugetsu.session.internal.StoredSessions;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeService;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Ends a session together with its worktree, unless something would be lost.
 *
 * @param tasks has what waits for it
 * @param limiter keeps its runs out
 * @param sessions has its record
 * @param places has its worktree
 */
record SessionEnd(
    TaskStore tasks, ConcurrencyLimiter limiter, StoredSessions sessions, Places places) {
  Destruction of(AgentSession session, RemovalRequest request) {
    SessionKey key = session.key();
    // the session's own permit keeps every run of it out while it is taken apart
    Optional<Permit> alone = limiter.tryAcquire(Set.of(LimitKey.session(key)));
    if (alone.isEmpty()) {
      return new Destruction.Refused(key, List.of("a message of it runs; stop that first"));
    }
    try (Permit ignored = alone.get()) {
      // as it is by now: it may have been let go, or have been interrupted, a moment ago
      SessionState state = sessions.find(key).orElse(session).state();
      if (state != SessionState.INTERRUPTED && isAwaited(key)) {
        return new Destruction.Refused(key, List.of("a message of it waits; cancel that first"));
      }
      WorktreeService worktrees = places.of(session.repository());
      Optional<Worktree> tree = worktrees.find(key.value());
      Optional<Removal> removal = tree.map(it -> worktrees.remove(it, request));
      if (removal.isPresent() && removal.get() instanceof Removal.Refused refused) {
        return new Destruction.Refused(
            key, refused.obstacles().stream().map(Object::toString).toList());
      }
      sessions.remove(key);
      return new Destruction.Destroyed(
          key, session.branch(), removal.map(Removal.Removed.class::cast));
    }
  }

  private boolean isAwaited(SessionKey key) {
    return tasks.list(Set.of(TaskStatus.PENDING)).stream()
        .anyMatch(task -> key.equals(task.session()));
  }
}
