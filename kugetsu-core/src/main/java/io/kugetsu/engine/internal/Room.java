package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.TaskRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who holds which limit key, and so which keys have room. */
final class Room {
  private final Limits limits;
  private final Map<LimitKey, List<TaskRecord>> holders = new HashMap<>();

  Room(Limits limits) {
    this.limits = limits;
  }

  void take(TaskRecord task) {
    for (LimitKey key : task.limitKeys()) {
      holders.computeIfAbsent(key, any -> new ArrayList<>()).add(task);
    }
  }

  /** The first of the task's keys that has no room. */
  Optional<LimitKey> fullKey(TaskRecord task) {
    return task.limitKeys().stream().sorted().filter(this::isFull).findFirst();
  }

  int limit(LimitKey key) {
    return limits.of(key).orElse(Integer.MAX_VALUE);
  }

  List<TaskRecord> holders(LimitKey key) {
    return holders.getOrDefault(key, List.of());
  }

  private boolean isFull(LimitKey key) {
    return holders(key).size() >= limit(key);
  }
}
