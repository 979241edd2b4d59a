package io.kugetsu.engine.internal;

import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * The notifications, over any vault: those that are kept by themselves, and those that the record
 * of a task that has not ended carries. Of two with one identifier the kept one counts.
 */
final class StoredNotifications implements NotificationStore {
  private final Vault vault;
  private final Gate gate;

  StoredNotifications(Vault vault, Gate gate) {
    this.vault = vault;
    this.gate = gate;
  }

  @Override
  public List<NotificationRecord> list(boolean unreadOnly) {
    gate.check();
    return vault.locked(this::all).values().stream()
        .filter(notification -> !unreadOnly || !notification.read())
        .sorted(Comparator.comparing(NotificationRecord::at).thenComparing(NotificationRecord::id))
        .toList();
  }

  @Override
  public int markRead(Collection<String> ids) {
    gate.check();
    return vault.locked(
        () -> {
          Map<String, NotificationRecord> all = all();
          int unread = 0;
          for (String id : new HashSet<>(ids)) {
            NotificationRecord known = all.get(id);
            if (known != null && !known.read()) {
              vault.putNotification(
                  new NotificationRecord(known.id(), known.at(), true, known.fields()));
              unread++;
            }
          }
          return unread;
        });
  }

  private Map<String, NotificationRecord> all() {
    Map<String, NotificationRecord> all = new HashMap<>();
    vault.pending().forEach(entry -> addOwed(all, entry));
    vault.running().forEach(entry -> addOwed(all, entry));
    all.putAll(vault.notifications());
    return all;
  }

  private static void addOwed(Map<String, NotificationRecord> all, Entry entry) {
    entry.owed().forEach(notification -> all.putIfAbsent(notification.id(), notification));
  }
}
