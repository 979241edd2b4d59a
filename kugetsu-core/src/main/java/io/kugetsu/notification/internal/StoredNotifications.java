package io.kugetsu.notification.internal;

import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.Notifications;
import java.util.Collection;
import java.util.List;

/** Notifications as a view of what an engine keeps. */
public final class StoredNotifications implements Notifications {
  private final NotificationStore store;

  /**
   * Makes the view.
   *
   * @param store where they are kept
   */
  public StoredNotifications(NotificationStore store) {
    this.store = store;
  }

  @Override
  public List<Notification> list() {
    return typed(store.list(false));
  }

  @Override
  public List<Notification> unread() {
    return typed(store.list(true));
  }

  @Override
  public int markRead(Collection<String> ids) {
    return store.markRead(List.copyOf(ids));
  }

  @Override
  public int markAllRead() {
    return store.markRead(unread().stream().map(Notification::id).toList());
  }

  private static List<Notification> typed(List<NotificationRecord> records) {
    return records.stream().flatMap(it -> NotificationCodec.fromRecord(it).stream()).toList();
  }
}
