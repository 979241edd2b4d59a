package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.Optional;

/**
 * One storage engine. Everything that must be atomic together is behind one object. Thread-safe.
 *
 * <p>After {@link #close()} every method of the engine and of its stores throws {@link
 * io.kugetsu.common.ClosedException}; what was acknowledged before stays as it is.
 */
@Experimental
public interface Engine extends AutoCloseable {
  /** {@return tasks, the queue and the limits} */
  TaskStore tasks();

  /** {@return the sessions' records} */
  SessionStore sessions();

  /** {@return what somebody is to be told} */
  NotificationStore notifications();

  /** {@return what is held against limit keys} */
  KeyStore keys();

  /**
   * An instance's part in handing out work, which it takes when it begins to do so.
   *
   * @param me the instance
   * @return its part; by default it hands out everything, as all others do
   */
  default Dispatching dispatching(Owner me) {
    return Dispatching.alone();
  }

  /** {@return the instance that was elected to hand out work, if one is known and lives} */
  default Optional<Elected> elected() {
    return Optional.empty();
  }

  /** {@return what this engine can do; checks may skip by it, callers never branch on it} */
  EngineTraits traits();

  /** Ends the engine's threads and releases what it opened; idempotent. Records are left alone. */
  @Override
  void close();
}
