package io.kugetsu.task.internal;

import io.kugetsu.task.TaskSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is said about the time of a task. It is kept with the task's input, since whoever takes the
 * task over has to know it too.
 *
 * @param deadline how long it may run; zero for any time
 * @param onceDetached how long it may run on once it was detached; zero for any time
 * @param onDeadline what happens in the foreground when its time is over
 * @param grace how long a stop is polite
 * @param stalledAfter after how much quiet it counts as stalled; zero for never
 */
record TaskOptions(
    Duration deadline,
    Duration onceDetached,
    TaskSpec.OnDeadline onDeadline,
    Duration grace,
    Duration stalledAfter) {
  private static final String DEADLINE = "deadline";
  private static final String ONCE_DETACHED = "deadlineOnceDetached";
  private static final String ON_DEADLINE = "onDeadline";
  private static final String GRACE = "grace";
  private static final String STALLED_AFTER = "stalledAfter";

  static TaskOptions of(TaskSpec<?> spec) {
    return new TaskOptions(
        spec.deadline(),
        spec.deadlineOnceDetached(),
        spec.onDeadline(),
        spec.grace(),
        spec.stalledAfter());
  }

  /** What is kept; what is as always is left out. */
  Map<String, String> toInput() {
    Map<String, String> input = new HashMap<>();
    put(input, DEADLINE, deadline, Duration.ZERO);
    put(input, ONCE_DETACHED, onceDetached, Duration.ZERO);
    put(input, GRACE, grace, TaskSpec.DEFAULT_GRACE);
    put(input, STALLED_AFTER, stalledAfter, Duration.ZERO);
    if (onDeadline != TaskSpec.OnDeadline.STOP) {
      input.put(ON_DEADLINE, onDeadline.name());
    }
    return input;
  }

  static TaskOptions fromInput(Map<String, String> input) {
    return new TaskOptions(
        get(input, DEADLINE, Duration.ZERO),
        get(input, ONCE_DETACHED, Duration.ZERO),
        Optional.ofNullable(input.get(ON_DEADLINE))
            .map(TaskSpec.OnDeadline::valueOf)
            .orElse(TaskSpec.OnDeadline.STOP),
        get(input, GRACE, TaskSpec.DEFAULT_GRACE),
        get(input, STALLED_AFTER, Duration.ZERO));
  }

  /** The same for who must not fail: what cannot be understood is as always. */
  static TaskOptions understood(Map<String, String> input) {
    try {
      return fromInput(input);
    } catch (RuntimeException e) {
      return fromInput(Map.of());
    }
  }

  private static void put(Map<String, String> input, String key, Duration value, Duration usual) {
    if (!value.equals(usual)) {
      input.put(key, value.toString());
    }
  }

  private static Duration get(Map<String, String> input, String key, Duration usual) {
    String text = input.get(key);
    return text == null ? usual : Duration.parse(text);
  }
}
