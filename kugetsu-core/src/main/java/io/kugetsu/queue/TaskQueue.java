package io.kugetsu.queue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskId;
import java.util.List;
import java.util.Optional;

/**
 * Messages that wait for their turn: durable once accepted, started by priority and then in the
 * order of acceptance as soon as there is a permit, never lost and never run twice at once.
 * Thread-safe; after {@code close()} of its owner every method throws {@link
 * io.kugetsu.common.ClosedException}.
 */
public interface TaskQueue {
  /**
   * Accepts a message. When it returns, the message is durable.
   *
   * @param request the message
   * @return the item; the existing one for an idempotency key that is kept
   * @throws io.kugetsu.common.InvalidRequestException when no known clone belongs to the ref
   * @throws io.kugetsu.session.NotInitializedException when {@code init()} was never called
   * @throws io.kugetsu.agent.AgentUnavailableException when its agent cannot be started here
   * @throws io.kugetsu.common.StorageException when it cannot be written; then it is not accepted
   */
  QueueItem enqueue(QueueRequest request);

  /**
   * Looks an item up, with its outcome and all else that is known of it.
   *
   * @param id its task
   * @return the item, or empty when no such task is kept
   */
  Optional<QueueItem> find(TaskId id);

  /** {@return all items that are kept, oldest first} */
  default List<QueueItem> list() {
    return list(QueueFilter.all());
  }

  /**
   * Lists items. Those that ended are only read when their states are asked for.
   *
   * @param filter which
   * @return the items, oldest first
   */
  List<QueueItem> list(QueueFilter filter);

  /**
   * Counts the items. What ended is read once in an opening only, so that counting again is cheap.
   * One that ends at this moment may be counted twice.
   *
   * @return how many there are
   */
  QueueStats stats();

  /**
   * Removes the items that ended, with what their runs wrote, however young they are. Those stay
   * that are needed: by an interrupted session, which has its message sent again, or by a task that
   * has not ended and started them, or was started by them. What waits or runs stays. What was told
   * of them stays, too.
   *
   * @return how many were removed
   */
  int clear();

  /**
   * Takes an item back that still waits; it never starts.
   *
   * @param id its task
   * @return whether it was taken back
   */
  boolean cancel(TaskId id);

  /**
   * Starts nothing more that needs a key, in all instances on the directory, until it is resumed.
   * What runs goes on, and what waits stays in line.
   *
   * @param key the key, for example {@code provider:anthropic}
   * @param why what to tell a person
   */
  void pause(LimitKey key, String why);

  /**
   * Opens a key again, whoever paused it, and forgets what was held against it: its failures, a
   * closing for a while, and a capacity that was lowered.
   *
   * @param key the key
   * @return whether it was paused
   */
  boolean resume(LimitKey key);

  /** {@return the keys that are paused, by key} */
  List<PausedKey> paused();
}
