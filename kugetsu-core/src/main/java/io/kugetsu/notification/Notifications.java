package io.kugetsu.notification;

import java.util.Collection;
import java.util.List;

/**
 * What was told and what still is to be read. Kept also when its task is removed; survives
 * restarts. For each (task, epoch, type) there is one entry. What only a newer version of kugetsu
 * understands is passed over and left unread. Thread-safe; after the owner's {@code close()} every
 * method throws {@link io.kugetsu.common.ClosedException}.
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
}
