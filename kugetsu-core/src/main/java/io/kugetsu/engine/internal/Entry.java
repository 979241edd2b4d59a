package io.kugetsu.engine.internal;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.TaskRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A task's record with what the engine keeps beside it. Immutable.
 *
 * @param task the record
 * @param settling whether this run was found dead and handed to its present owner only to be
 *     settled; such a run holds no permit any more
 * @param owed notifications that its steps made known; each identifier once
 * @param session the session's change that the step to this state brought, or null
 */
record Entry(
    TaskRecord task,
    boolean settling,
    List<NotificationRecord> owed,
    @Nullable SessionChange session) {
  Entry {
    owed = List.copyOf(owed);
  }

  /** Whether it is kept among what waits: for its turn, or for tasks that it started. */
  boolean waits() {
    return task.status() == TaskStatus.PENDING || task.status() == TaskStatus.AWAITING;
  }

  /** The same run, found dead or still living. */
  Entry settling(boolean dead) {
    return new Entry(task, dead, owed, session);
  }

  /** What this entry owes, with more; an identifier that is there already is not told anew. */
  List<NotificationRecord> owing(List<NotificationRecord> more) {
    Map<String, NotificationRecord> all = new LinkedHashMap<>();
    owed.forEach(notification -> all.putIfAbsent(notification.id(), notification));
    more.forEach(notification -> all.putIfAbsent(notification.id(), notification));
    return new ArrayList<>(all.values());
  }

  /**
   * Only what has to be known to plan with a task that waits.
   *
   * @param shared tells the one object that stands for all equal keys
   */
  Entry planned(UnaryOperator<LimitKey> shared) {
    TaskDraft draft = new TaskDraft(task);
    draft.revision = task.revision();
    draft.limitKeys = task.limitKeys().stream().map(shared).collect(toUnmodifiableSet());
    draft.idempotencyKey = null;
    draft.input = Map.of();
    draft.progress = Map.of();
    draft.outcome = Map.of();
    return new Entry(draft.build(), false, List.of(), null);
  }
}
