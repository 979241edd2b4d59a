package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.NotificationRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications that tasks carry that have not ended. There may be many that wait, so their
 * records are read without the lock. Whoever looks at the kept notifications afterwards misses
 * none: what is carried becomes a kept one before it is carried no more.
 */
final class Carried {
  private static final Logger LOG = LoggerFactory.getLogger(Carried.class);

  private final Vault vault;

  Carried(Vault vault) {
    this.vault = vault;
  }

  /** All of them, by identifier. */
  Map<String, NotificationRecord> all() {
    return since(new HashSet<>());
  }

  /**
   * Those of what runs, and of what waits and was not seen before.
   *
   * @param seen what waits and was seen before; afterwards what waits now
   */
  Map<String, NotificationRecord> since(Set<TaskId> seen) {
    Map<String, NotificationRecord> found = new HashMap<>();
    vault.prepare();
    Set<TaskId> waiting =
        vault.locked(
            () -> {
              vault.running().forEach(entry -> add(found, entry));
              return vault.waiting().ids();
            });
    seen.retainAll(waiting);
    for (TaskId id : waiting) {
      if (seen.add(id)) {
        of(id).ifPresent(entry -> add(found, entry));
      }
    }
    return found;
  }

  /** One that ended meanwhile has handed over what it carried. */
  private Optional<Entry> of(TaskId id) {
    try {
      return vault.find(id).filter(entry -> !entry.task().status().isTerminal());
    } catch (StorageException e) {
      LOG.debug("passed over {}: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  private static void add(Map<String, NotificationRecord> found, Entry entry) {
    entry.owed().forEach(notification -> found.putIfAbsent(notification.id(), notification));
  }
}
