package io.kugetsu.engine.internal;

import java.util.Optional;
import java.util.Set;

/** What is kept of one sink: the identifiers of what was delivered to it, and who delivers. */
interface SinkVault {
  /** Whether {@link #begin} was ever called for it. Under the engine's lock. */
  boolean isKnown();

  /** Replaces what was delivered, in one durable step. */
  void begin(Set<String> delivered);

  /** Takes the right to deliver, if nobody else has it; closing it gives it back, once. */
  Optional<Right> tryTake();

  /** What was delivered. With the right only, as all that follows. */
  Set<String> delivered();

  /** Adds one; it is there also when this JVM is killed. */
  void add(String id);

  /** Makes what was added survive a crash of the machine, too. */
  void sync();

  /** The right to deliver. */
  @FunctionalInterface
  interface Right extends AutoCloseable {
    @Override
    void close();
  }
}
