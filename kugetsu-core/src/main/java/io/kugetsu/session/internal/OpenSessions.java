package io.kugetsu.session.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionRegistry;
import java.util.List;
import java.util.Optional;

/**
 * The sessions as they are handed out: not beyond the closing of their owner, whose engine may live
 * on, and who itself needs them until the last end is written.
 *
 * @param all the sessions
 * @param open throws once the owner is closed
 */
public record OpenSessions(SessionRegistry all, Runnable open) implements SessionRegistry {
  @Override
  public Optional<AgentSession> find(SessionKey key) {
    open.run();
    return all.find(key);
  }

  @Override
  public List<AgentSession> list() {
    open.run();
    return all.list();
  }
}
