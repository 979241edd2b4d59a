package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.SessionRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where records are kept. Methods are called within {@link #locked} unless they say otherwise. A
 * failure is a {@link io.kugetsu.common.StorageException}.
 */
interface Vault {
  /** Runs a step that nobody else's step overlaps, in any thread or process. Re-entrant. */
  <T> T locked(Supplier<T> step);

  /**
   * Reads what {@link #waiting()} needs, so that the lock is not held for it; may be called any
   * time, without the lock.
   */
  void prepare();

  /** What waits, in order. Of each entry only what planning needs is there. Not to be kept. */
  WaitingLine waiting();

  /**
   * The whole entry of one that waits.
   *
   * @return empty when it is not any more what was planned with; what waits then is known anew
   */
  Optional<Entry> whole(Entry planned);

  /** How much there is to look after; may be called any time. */
  Activity activity();

  /**
   * All entries that wait, pending ones and awaiting ones, as a whole: costs the more the more
   * there are.
   */
  Collection<Entry> pending();

  /** All running and stopping entries. */
  Collection<Entry> running();

  /** All terminal entries; may be called any time. */
  Collection<Entry> ended();

  /** The tasks that have ended; may be called any time. */
  Set<TaskId> endedIds();

  /** One entry in its newest state; may be called any time. */
  Optional<Entry> find(TaskId id);

  /**
   * The next number for the order of acceptance, above those of all that were accepted before,
   * whatever a clock says; may be called any time.
   */
  long nextOrder(Instant now);

  /**
   * Keeps a new task's first entry; may be called any time. Refuses an identifier it has already.
   */
  void add(Entry entry);

  /**
   * Puts the next state in the place of the present one, together with the notifications and the
   * session's change that it brings.
   *
   * @return false when {@code from} is not the present state; then nothing changed
   */
  boolean replace(Entry from, Entry to);

  /**
   * Ends a running entry without keeping it: what it owes becomes visible, and it is gone together
   * with its idempotency key.
   *
   * @param to its last state, which brings no session's change
   * @return false when {@code from} is not the present state; then nothing changed
   */
  boolean drop(Entry from, Entry to);

  /**
   * Removes an entry that has ended, and all it brought is applied, together with its idempotency
   * key; false when there is none.
   */
  boolean remove(Entry ended);

  /** Removes what removed entries left; may be called any time. */
  void tidy();

  /** The task that was accepted under an idempotency key, which may be gone by now. */
  Optional<TaskId> taskOf(String idempotencyKey);

  /** Notes under which key a task is about to be added. */
  void bind(String idempotencyKey, TaskId id);

  /** What is held against limit keys, those against which something is. */
  Map<LimitKey, KeyState> keyStates();

  /** Replaces what is held against limit keys. */
  void putKeyStates(Map<LimitKey, KeyState> states);

  /** One session. */
  Optional<SessionRecord> session(SessionKey key);

  /** All sessions that can be read. */
  List<SessionRecord> sessions();

  /** Adds or replaces a session. */
  void putSession(SessionRecord session);

  /** Removes a session. */
  void removeSession(SessionKey key);

  /** The notifications, without those that an entry that has not ended still owes. */
  NotificationVault notifications();
}
