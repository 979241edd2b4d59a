package io.kugetsu.notification;

/** What a notification is about. */
public enum NotificationType {
  /** A task was accepted and waits. */
  TASK_QUEUED,
  /** A task was claimed: it has its permit. */
  TASK_DEQUEUED,
  /** A task's work began to run. */
  TASK_STARTED,
  /** A task ended well. */
  TASK_COMPLETED,
  /** A task ended in another way; it says how, with exit code or signal and the last output. */
  TASK_ERROR,
  /** An agent asks something and waits for the answer. */
  TASK_WAITING,
  /** Who coordinates has handed work on; told with {@link Notifications#post}. */
  TASK_ASSIGNED,
  /** Who coordinates cannot go on; told with {@link Notifications#post}. */
  TASK_BLOCKED,
  /** A model, provider or agent does not work: nothing more is started with it until it does. */
  KEY_PAUSED
}
