package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.EndedTasks;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Waits for tasks, whoever runs them. */
final class Awaiting {
  private final TaskStores stores;
  private final Completions completions;

  Awaiting(TaskStores stores, Completions completions) {
    this.stores = stores;
    this.completions = completions;
  }

  /** The waits for a task that is kept, told how it stands now. */
  Completions.Waits waits(TaskId id) {
    record(id); // nobody waits for what is not there
    Completions.Waits waits = completions.of(id);
    completions.offer(record(id));
    return waits;
  }

  /**
   * The waits for a task in the foreground that was there a moment ago; empty when it has ended
   * since, and nobody would tell who begins to wait now.
   */
  Optional<Completions.Waits> foreground(TaskRecord seen) {
    Completions.Waits begun = completions.peek(seen.id());
    if (begun != null) {
      return Optional.of(begun); // whoever has begun to wait is told
    }
    Completions.Waits waits = completions.of(seen.id());
    completions.offer(seen);
    if (stores.find(seen.id()).isPresent()) {
      return Optional.of(waits); // told only once there is no record of it any more
    }
    // somebody else may have come by these waits meanwhile
    completions.gone(seen.id(), DefaultBackgroundManager.gone(seen.id()));
    return Optional.empty();
  }

  /** Waits until one of them has ended. */
  EndedTasks any(Collection<TaskId> ids, Duration time) {
    Map<TaskId, Completions.Waits> waits = new LinkedHashMap<>();
    ids.forEach(id -> waits.put(id, waits(id)));
    completions.await(
        () -> waits.isEmpty() || waits.values().stream().anyMatch(it -> it.ended.isDone()),
        time,
        "the end of one of " + waits.size() + " tasks");
    List<TaskResult> ended = new ArrayList<>();
    List<TaskInfo> open = new ArrayList<>();
    waits.forEach(
        (id, it) -> {
          TaskRecord record = it.ended.isDone() ? null : stores.find(id).orElse(null);
          if (record == null) {
            ended.add(StoredHandle.now(it.ended, id)); // one that is not kept is being told now
          } else if (record.status().isTerminal()) {
            ended.add(TaskViews.result(record)); // its end is there, and is told in a moment
          } else {
            open.add(TaskViews.info(record));
          }
        });
    ended.sort(Comparator.comparing(result -> result.info().endedAt().orElse(Instant.MAX)));
    return new EndedTasks(ended, open);
  }

  private TaskRecord record(TaskId id) {
    return stores.find(id).orElseThrow(() -> DefaultBackgroundManager.gone(id));
  }
}
