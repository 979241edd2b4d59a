package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

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

  /** {@return what this engine can do; checks may skip by it, callers never branch on it} */
  EngineTraits traits();

  /** Ends the engine's threads and releases what it opened; idempotent. Records are left alone. */
  @Override
  void close();
}
