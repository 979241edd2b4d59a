package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists tasks; what waits is read without the lock where there is much of it. */
final class Listing {
  private static final Logger LOG = LoggerFactory.getLogger(Listing.class);

  /** More than these are not read in one go. */
  private static final int MANY = 1_000;

  private final Vault vault;

  Listing(Vault vault) {
    this.vault = vault;
  }

  List<TaskRecord> list(Set<TaskStatus> states) {
    boolean waiting = states.contains(TaskStatus.PENDING) || states.contains(TaskStatus.AWAITING);
    if (waiting) {
      vault.prepare();
    }
    Map<TaskId, TaskRecord> newest = new HashMap<>();
    List<TaskId> rest = new ArrayList<>();
    vault.locked(
        () -> {
          if (waiting) {
            rest.addAll(listWaiting(newest));
          }
          vault.running().forEach(entry -> keepNewest(newest, entry));
          return newest;
        });
    rest.forEach(id -> lookUp(id).ifPresent(entry -> keepNewest(newest, entry)));
    if (states.stream().anyMatch(TaskStatus::isTerminal)) {
      vault.ended().forEach(entry -> keepNewest(newest, entry));
    }
    return newest.values().stream()
        .filter(task -> states.contains(task.status()) && !task.kind().isEmpty())
        .sorted(Comparator.comparing(TaskRecord::createdAt).thenComparing(Line.BY_ACCEPTANCE))
        .toList();
  }

  /** So many that they are not read under the lock are returned. */
  private Collection<TaskId> listWaiting(Map<TaskId, TaskRecord> newest) {
    if (vault.waiting().size() > MANY) {
      return vault.waiting().ids();
    }
    vault.pending().forEach(entry -> keepNewest(newest, entry));
    return List.of();
  }

  /** One that cannot be read is listed by nobody. */
  private Optional<Entry> lookUp(TaskId id) {
    try {
      return vault.find(id);
    } catch (StorageException e) {
      LOG.debug("listed without {}: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  private static void keepNewest(Map<TaskId, TaskRecord> newest, Entry entry) {
    TaskRecord task = entry.task();
    newest.merge(task.id(), task, (a, b) -> a.revision() >= b.revision() ? a : b);
  }
}
