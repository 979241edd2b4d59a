package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/** Whether something lives; what cannot be known counts as living. */
@Experimental
public enum Liveness {
  /** It lives. */
  ALIVE,
  /** It is certainly gone. */
  DEAD,
  /** Nobody can say. */
  UNKNOWN;

  /**
   * Tells whether a holder lives. Given to an engine as a function; called often and under the
   * engine's lock, so it must be quick, and must not call the engine.
   */
  @FunctionalInterface
  @Experimental
  public interface Probe {
    /**
     * Looks.
     *
     * @param holder what to look for
     * @return whether it lives
     */
    Liveness probe(Holder holder);
  }
}
