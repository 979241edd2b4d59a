package io.kugetsu.engine.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link WaitingLine} keeps, sorted anew each time. The order of what waits: by priority, then
 * by acceptance. Within a session the order of acceptance alone decides; whoever stands before
 * somebody of its own session is lent the higher priority.
 */
final class WholeLine {
  private WholeLine() {}

  static List<Entry> of(Collection<Entry> pending) {
    List<Entry> line = new ArrayList<>(pending);
    line.sort(Comparator.comparing(Entry::task, Line.BY_ACCEPTANCE));
    Map<TaskId, Integer> priorities = new HashMap<>();
    Map<SessionKey, Integer> highestBehind = new HashMap<>();
    for (int i = line.size() - 1; i >= 0; i--) {
      TaskRecord task = line.get(i).task();
      SessionKey session = task.session();
      int own = task.priority();
      priorities.put(
          task.id(), session == null ? own : highestBehind.merge(session, own, Math::max));
    }
    // The sort is stable, so equal priorities stay in the order of acceptance.
    line.sort(
        Comparator.comparing(
            entry -> priorities.getOrDefault(entry.task().id(), 0), Comparator.reverseOrder()));
    return line;
  }
}
