package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What somebody is to be told. Thread-safe. What a task's record owes is visible here from the same
 * step on that made the record so; a listing tells each identifier once.
 *
 * <p>Every method throws {@link io.kugetsu.common.StorageException} when the store cannot be read
 * or written.
 */
@Experimental
public interface NotificationStore {
  /**
   * Lists notifications, oldest first.
   *
   * @param unreadOnly whether to leave out those marked as read
   * @return the notifications
   */
  List<NotificationRecord> list(boolean unreadOnly);

  /**
   * Looks one notification up.
   *
   * @param id its identifier
   * @return the notification, or empty when it is unknown
   */
  Optional<NotificationRecord> find(String id);

  /**
   * Marks notifications as read; unknown identifiers are passed over.
   *
   * @param ids their identifiers
   * @return how many were unread before
   */
  int markRead(Collection<String> ids);

  /**
   * Adds a notification that no step of a task brings. When it returns, it is as durable as the
   * engine is.
   *
   * @param notification the notification, whose identifier no task uses
   * @return false when one of that identifier was added and is kept; then nothing changed
   */
  boolean put(NotificationRecord notification);

  /**
   * Removes notifications, whether or not they were delivered to every sink. One that belongs to a
   * task that has not ended stays. Others use the store meanwhile.
   *
   * @param unwanted tells which go; asked outside of any lock, and what it throws comes out before
   *     anything is removed
   * @return how many were removed
   */
  int prune(Predicate<NotificationRecord> unwanted);

  /**
   * Makes a sink known. One that was never known before gets what happens from now on; of another
   * one everything stays as it was, however long ago it was last used.
   *
   * @param sink its name: lower-case letters, digits, {@code .}, {@code _} and {@code -} only, 64
   *     at most, a letter or digit first
   * @throws io.kugetsu.common.InvalidRequestException when that is no name
   */
  void addSink(String sink);

  /**
   * Takes the exclusive right to deliver to a sink, across threads and, where the engine is shared,
   * across JVMs.
   *
   * @param sink the name of a sink that was added
   * @return the right, or empty while somebody else has it
   */
  Optional<Deliveries> takeSink(String sink);

  /**
   * Asks to be told when there may be something to deliver. A hint may come without need and may be
   * lost; it may come on any thread and the callback must not block.
   *
   * @param hint called with each hint
   * @return ends the subscription when closed; closing never throws
   */
  TaskStore.Subscription onNews(Runnable hint);
}
