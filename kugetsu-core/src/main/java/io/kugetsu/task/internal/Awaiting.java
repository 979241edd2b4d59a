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
          Optional<TaskRecord> record = it.ended.isDone() ? Optional.empty() : stores.find(id);
          // of one that is not kept the end is being told at this moment
          record.ifPresentOrElse(
              task -> open.add(TaskViews.info(task)),
              () -> ended.add(StoredHandle.now(it.ended, id)));
        });
    ended.sort(Comparator.comparing(result -> result.info().endedAt().orElse(Instant.MAX)));
    return new EndedTasks(ended, open);
  }

  private TaskRecord record(TaskId id) {
    return stores.find(id).orElseThrow(() -> DefaultBackgroundManager.gone(id));
  }
}
