package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Headroom;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.TaskRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who holds which limit key, and so which keys have room. */
final class Room {
  private final Limits limits;
  private final Map<LimitKey, KeyState> states;
  private final Moment now;
  private final Map<LimitKey, Headroom> headroom;
  private final Map<LimitKey, List<TaskRecord>> holders = new HashMap<>();
  private final Map<LimitKey, Integer> given = new HashMap<>();

  Room(
      Limits limits, Map<LimitKey, Headroom> headroom, Map<LimitKey, KeyState> states, Moment now) {
    this.limits = limits;
    this.headroom = headroom;
    this.states = states;
    this.now = now;
  }

  /** Room that is taken by this very decision, or was a moment ago. */
  void give(TaskRecord task) {
    task.limitKeys().forEach(key -> given.merge(key, 1, Integer::sum));
    take(task);
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

  boolean hasRoom(Collection<LimitKey> keys) {
    return keys.stream().noneMatch(this::isFull);
  }

  int limit(LimitKey key) {
    int own = limits.of(key).orElse(Integer.MAX_VALUE);
    KeyState state = states.get(key);
    return state == null ? own : Math.min(own, state.room(now));
  }

  /** The same, with what is held against the key where that is what leaves it no room. */
  Admission.Refused explained(Admission.Refused refused) {
    Headroom left = headroom.get(refused.key());
    if (left != null && isUsedUp(refused.key(), left)) {
      return refused.because(left.why(), null);
    }
    KeyState state = states.get(refused.key());
    if (state == null || state.room(now) > refused.limit()) {
      return refused;
    }
    KeyState.Pause pause = state.pause();
    KeyState.Closure closure = state.closure();
    if (pause != null) {
      return refused.because("it is paused: " + pause.why(), null);
    }
    if (closure != null && state.isClosed(now)) {
      return refused.because(closure.why(), closure.untilAt());
    }
    return refused.because("it has less room for now, after its provider asked for that", null);
  }

  List<TaskRecord> holders(LimitKey key) {
    return holders.getOrDefault(key, List.of());
  }

  private boolean isFull(LimitKey key) {
    Headroom left = headroom.get(key);
    return holders(key).size() >= limit(key) || (left != null && isUsedUp(key, left));
  }

  private boolean isUsedUp(LimitKey key, Headroom left) {
    return given.getOrDefault(key, 0) >= left.more();
  }
}
