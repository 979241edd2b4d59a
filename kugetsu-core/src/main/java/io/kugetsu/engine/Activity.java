package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/** How much there is to look after in a store. */
@Experimental
public enum Activity {
  /** Nothing waits and nothing runs. */
  NONE,
  /** Something waits, nothing runs. */
  WAITING,
  /** Something runs. */
  RUNNING
}
