package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what ended long ago, a few records at a time, so that others get the lock in between. */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final int AT_ONCE = 20;

  private static final Comparator<Entry> OLDEST_FIRST =
      Comparator.<Entry, Instant>comparing(entry -> endedAt(entry.task()))
          .thenComparing(Entry::task, Line.BY_ACCEPTANCE);

  private final Vault vault;

  Retention(Vault vault) {
    this.vault = vault;
  }

  List<TaskId> prune(Instant endedBefore, int keep, Predicate<TaskRecord> spare) {
    List<Entry> unwanted = unwanted(endedBefore, keep, spare);
    List<TaskId> removed = new ArrayList<>();
    try {
      for (int i = 0; i < unwanted.size(); i += AT_ONCE) {
        List<Entry> some = unwanted.subList(i, Math.min(i + AT_ONCE, unwanted.size()));
        vault.locked(() -> remove(some, removed));
      }
      vault.tidy();
    } catch (StorageException e) {
      if (removed.isEmpty()) {
        throw e;
      }
      // Who asked has to hear what is gone.
      LOG.warn("removed only {} of {} records", removed.size(), unwanted.size(), e);
    }
    return List.copyOf(removed);
  }

  private List<Entry> unwanted(Instant endedBefore, int keep, Predicate<TaskRecord> spare) {
    List<Entry> ended = vault.ended().stream().sorted(OLDEST_FIRST).toList();
    Set<TaskId> awaiting = ended.stream().anyMatch(Retention::isChild) ? open() : Set.of();
    List<Entry> unwanted = new ArrayList<>();
    for (Entry entry : ended) {
      boolean tooMany = ended.size() - unwanted.size() > keep;
      boolean tooOld = endedAt(entry.task()).isBefore(endedBefore);
      boolean awaited = isChild(entry) && awaiting.contains(entry.task().parent());
      if ((tooMany || tooOld) && !awaited && !spare.test(entry.task())) {
        unwanted.add(entry);
      }
    }
    return unwanted;
  }

  private static boolean isChild(Entry entry) {
    return entry.task().parent() != null;
  }

  /** How their children ended has to be known until they end. */
  private Set<TaskId> open() {
    Set<TaskId> open = new HashSet<>();
    return vault.locked(
        () -> {
          vault.pending().forEach(entry -> open.add(entry.task().id()));
          vault.running().forEach(entry -> open.add(entry.task().id()));
          return open;
        });
  }

  private List<TaskId> remove(List<Entry> entries, List<TaskId> removed) {
    for (Entry entry : entries) {
      TaskId id = entry.task().id();
      try {
        if (vault.remove(entry)) {
          removed.add(id);
        }
      } catch (StorageException e) {
        LOG.warn("the record of {} stays", id, e);
      }
    }
    return removed;
  }

  private static Instant endedAt(TaskRecord task) {
    return Objects.requireNonNullElse(task.endedAt(), task.createdAt());
  }
}
