package io.kugetsu.session;

/** The states of a session. */
public enum SessionState {
  /** A message waits for a permit; nothing of it was started. */
  WAITING,
  /** A message was claimed: its worktree is made, its agent is being started. */
  PREPARING,
  /** Its agent runs. */
  RUNNING,
  /** Its last message was done. */
  IDLE,
  /** Its last message never reached the agent, or a further one is wanted: it may be started. */
  READY,
  /**
   * Its last message reached the agent and was cut short. What waits for this session is held until
   * somebody says how to go on.
   */
  INTERRUPTED
}
