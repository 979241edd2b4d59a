package io.kugetsu.task;

/** Why a task did not end well. */
public enum FailureType {
  /** It could not be started: no worktree, a refused setting, a missing program of a command. */
  START,
  /** The agent's program is missing or cannot be started. */
  NO_PROGRAM,
  /** The program ended with an exit code other than 0. */
  EXIT_CODE,
  /** The program was ended by a signal that kugetsu did not send. */
  SIGNAL,
  /** It was stopped on purpose. */
  STOPPED,
  /** Its time was over. */
  DEADLINE,
  /** It wrote more output than it may. */
  OUTPUT_LIMIT,
  /** It used more memory than it may. */
  MEMORY_LIMIT,
  /** It used up what it may spend: model calls, tokens or money. */
  BUDGET,
  /** Its output could not be read or written to its end. */
  OUTPUT,
  /** The agent never got an answer from its model. */
  NO_MODEL_CALL,
  /** The agent's last answer was cut short. */
  TRUNCATED,
  /** The agent ended its turn because something was not permitted. */
  PERMISSION,
  /** The agent ended its turn with open items on its list. */
  OPEN_TODOS,
  /** The model's provider is out of reach for a while, or failed in a way that passes. */
  TRANSIENT,
  /** The model's provider says that it is overloaded. */
  OVERLOADED,
  /** The model's provider limits the rate. */
  RATE_LIMIT,
  /** The account has no quota left. */
  QUOTA,
  /** The credentials were not accepted. */
  AUTHENTICATION,
  /** The agent or its model is configured wrongly. */
  CONFIGURATION,
  /** The agent reported an error of another kind. */
  AGENT_ERROR,
  /** A task that it started did not end well. */
  CHILD,
  /** It is gone and nobody saw how it ended. */
  LOST,
  /** The work of the embedding program failed. */
  WORK,
  /** kugetsu itself failed while it ran the work. */
  INTERNAL
}
