package io.kugetsu.engine.internal;

import io.kugetsu.engine.TaskRecord;
import java.util.Comparator;

/** Orders of tasks. */
final class Line {
  static final Comparator<TaskRecord> BY_ACCEPTANCE =
      Comparator.comparingLong(TaskRecord::order).thenComparing(TaskRecord::id);

  private Line() {}
}
