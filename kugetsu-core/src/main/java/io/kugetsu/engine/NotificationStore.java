package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.Collection;
import java.util.List;

/**
 * What somebody is to be told. Thread-safe. What a task's record owes is visible here from the same
 * step on that made the record so; a listing tells each identifier once.
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
   * Marks notifications as read; unknown identifiers are passed over.
   *
   * @param ids their identifiers
   * @return how many were unread before
   */
  int markRead(Collection<String> ids);
}
