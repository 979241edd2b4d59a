package io.kugetsu.notification;

import java.util.Collection;
import java.util.List;

/**
 * What was told and what still is to be read. Kept also when its task is removed; survives
 * restarts. Of what tasks bring there is one entry for each (task, epoch, type). What only a newer
 * version of kugetsu understands is passed over and left unread.
 *
 * <p>Retention goes with that of the tasks: once they are older than {@code
 * QUEUE_CLEANUP_AGE_DAYS}, those that were read go, and of the unread ones those that only tell of
 * a step on the way (queued, dequeued, started). Unread ones about an end, a question or an
 * obstacle stay, 100 000 of them at most; when the oldest have to go because there are more, the
 * log says how many.
 *
 * <p>Thread-safe; after the owner's {@code close()} every method throws {@link
 * io.kugetsu.common.ClosedException}.
 */
public interface Notifications {
  /** {@return all notifications, oldest first} */
  List<Notification> list();

  /** {@return those not marked as read, oldest first} */
  List<Notification> unread();

  /**
   * Marks some as read; unknown identifiers are passed over.
   *
   * @param ids identifiers of notifications
   * @return how many were unread before
   */
  int markRead(Collection<String> ids);

  /**
   * Marks all as read.
   *
   * @return how many were unread before
   */
  int markAllRead();

  /**
   * Tells something that no task tells by itself. It is durable on return, and goes to the sinks as
   * all others do.
   *
   * @param posting what to tell
   * @return the notification; the existing one for a key that is kept
   * @throws io.kugetsu.common.StorageException when it cannot be written; then it is not told
   */
  Notification post(Posting posting);
}
