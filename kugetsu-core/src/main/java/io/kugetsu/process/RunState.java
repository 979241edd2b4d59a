package io.kugetsu.process;

import io.kugetsu.common.Experimental;

/**
 * How a run of a process stands, as the operating system and the run's own files tell. First it is
 * asked who lives, and only then what the files say: the other order calls living runs lost.
 */
@Experimental
public enum RunState {
  /** It is being started; the command does not run yet. */
  STARTING(false),
  /** It runs and is supervised. */
  RUNNING(false),
  /** Its supervisor is gone, but something of its tree still lives; its exit will not be known. */
  UNSUPERVISED(false),
  /** It ended by itself, or by a signal from outside; its exit code is known. */
  EXITED(true),
  /** It was stopped before it had ended. The exit code is known, unless the supervisor died too. */
  STOPPED(true),
  /** It ended because the program that had it in the foreground did. */
  CUT(true),
  /** Nothing of the command ever ran, and nothing will. */
  NEVER_STARTED(true),
  /** It is gone, nobody stopped it, and nobody saw how it ended. */
  LOST(true),
  /** The machine was started anew while it ran. */
  INTERRUPTED(true);

  private final boolean ended;

  RunState(boolean ended) {
    this.ended = ended;
  }

  /** {@return whether nothing of it lives any more} */
  public boolean hasEnded() {
    return ended;
  }
}
