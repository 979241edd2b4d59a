package io.kugetsu.session;

import io.kugetsu.common.SessionKey;
import java.util.List;
import java.util.Optional;

/**
 * Which agent session belongs to which issue. It only records: what a session does is decided by
 * the tasks that run in it. Thread-safe; after {@code close()} of its owner every method throws
 * {@link io.kugetsu.common.ClosedException}.
 */
public interface SessionRegistry {
  /**
   * Looks a session up.
   *
   * @param key its key
   * @return the session, or empty
   */
  Optional<AgentSession> find(SessionKey key);

  /** {@return all sessions, by key} */
  List<AgentSession> list();
}
