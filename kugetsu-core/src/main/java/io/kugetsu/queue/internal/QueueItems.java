package io.kugetsu.queue.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.queue.QueueItem;
import io.kugetsu.session.internal.AgentTask;
import io.kugetsu.task.internal.TaskViews;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tasks as items of the queue. */
final class QueueItems {
  private QueueItems() {}

  static boolean isMessage(TaskRecord record) {
    return AgentTask.isKind(record.kind());
  }

  static QueueItem item(
      TaskRecord record, OptionalInt place, Function<SessionKey, Optional<String>> branches) {
    return new QueueItem(
        record.id(),
        state(record.status()),
        record.status(),
        TaskViews.ref(record).orElseThrow(() -> new IllegalStateException("a message has a ref")),
        record.priority(),
        place,
        record.attempts(),
        record.createdAt(),
        Optional.ofNullable(record.notBefore()),
        Optional.ofNullable(record.startedAt()),
        Optional.ofNullable(record.endedAt()),
        Optional.ofNullable(record.requestedBy()),
        Optional.ofNullable(record.family().parent()),
        Optional.ofNullable(record.session()).flatMap(branches),
        TaskViews.outcome(record.outcome()));
  }

  static QueueItem.State state(TaskStatus status) {
    return switch (status) {
      case PENDING -> QueueItem.State.PENDING;
      case RUNNING, STOPPING, AWAITING -> QueueItem.State.NOTIFIED;
      case COMPLETED -> QueueItem.State.COMPLETED;
      case CANCELLED -> QueueItem.State.CANCELLED;
      case FAILED, TIMED_OUT, LOST, INTERRUPTED -> QueueItem.State.ERROR;
    };
  }

  /** The statuses of tasks whose items are in some states. */
  static Set<TaskStatus> statuses(Collection<QueueItem.State> states) {
    return Arrays.stream(TaskStatus.values())
        .filter(status -> states.contains(state(status)))
        .collect(Collectors.toSet());
  }
}
