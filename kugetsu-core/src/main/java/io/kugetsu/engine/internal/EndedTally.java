package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Tally;
import io.kugetsu.engine.TaskRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what ended. Nothing about an ended task changes any more, so each record is read once, and
 * only what is counted of it is kept.
 */
final class EndedTally {
  private static final Logger LOG = LoggerFactory.getLogger(EndedTally.class);

  /** What is counted of a task; of one that cannot be read the status is missing. */
  private record Facts(String kind, Optional<TaskStatus> status, String value) {
    static final Facts UNKNOWN = new Facts("", Optional.empty(), "");
  }

  private final Vault vault;
  private final Map<String, Map<TaskId, Facts>> known = new HashMap<>();

  EndedTally(Vault vault) {
    this.vault = vault;
  }

  synchronized List<Tally> count(String entry) {
    Map<TaskId, Facts> facts = known.computeIfAbsent(entry, key -> new HashMap<>());
    Set<TaskId> there = vault.endedIds();
    facts.keySet().retainAll(there);
    Map<Facts, Integer> counts = new HashMap<>();
    for (TaskId id : there) {
      Facts of = facts.get(id);
      if (of == null) {
        of = read(id, entry);
        if (of != Facts.UNKNOWN) {
          facts.put(id, of);
        }
      }
      counts.merge(of, 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .flatMap(it -> tally(it.getKey(), it.getValue()).stream())
        .toList();
  }

  /** One that was removed at this moment, or makes no sense, counts as none. */
  private Facts read(TaskId id, String entry) {
    try {
      return vault
          .find(id)
          .map(Entry::task)
          .filter(task -> task.status().isTerminal())
          .map(task -> facts(task, entry))
          .orElse(Facts.UNKNOWN);
    } catch (StorageException e) {
      LOG.debug("counted without {}: {}", id, e.getMessage());
      return Facts.UNKNOWN;
    }
  }

  private static Facts facts(TaskRecord task, String entry) {
    // interned, as there are few different ones and many tasks
    String kind = task.kind().intern();
    String value = task.outcome().getOrDefault(entry, "").intern();
    return new Facts(kind, Optional.of(task.status()), value);
  }

  private static Optional<Tally> tally(Facts facts, int count) {
    return facts.status().map(status -> new Tally(facts.kind(), status, facts.value(), count));
  }
}
