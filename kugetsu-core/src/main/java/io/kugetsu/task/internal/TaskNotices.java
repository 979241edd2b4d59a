package io.kugetsu.task.internal;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.notification.internal.NotificationCodec;
import io.kugetsu.task.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Words the notifications that the steps of a task owe. */
public final class TaskNotices {
  private static final String FOR = " for ";

  private TaskNotices() {}

  /**
   * What accepting a task owes.
   *
   * @param id the task
   * @param ref the issue it works on, or empty
   * @param at when
   * @return the notification
   */
  public static NotificationRecord queued(TaskId id, Optional<IssueRef> ref, Instant at) {
    return record(
        id, 0, ref, NotificationType.TASK_QUEUED, at, "queued", Optional.empty(), Outcome.NONE);
  }

  /**
   * What pausing a limit key owes.
   *
   * @param id the task whose run made it so
   * @param epoch that run
   * @param ref the issue it works on, or empty
   * @param at when
   * @param said what is paused, why, and what to do
   * @return the notification
   */
  public static NotificationRecord keyPaused(
      TaskId id, long epoch, Optional<IssueRef> ref, Instant at, String said) {
    return record(
        id, epoch, ref, NotificationType.KEY_PAUSED, at, said, Optional.empty(), Outcome.NONE);
  }

  static List<NotificationRecord> dequeued(TaskRecord record, Instant at) {
    return ofMessage(record, NotificationType.TASK_DEQUEUED, at, "claimed");
  }

  static List<NotificationRecord> started(TaskRecord record, Instant at) {
    return ofMessage(record, NotificationType.TASK_STARTED, at, "started");
  }

  static List<NotificationRecord> ended(
      TaskRecord record, TaskStatus status, Outcome outcome, Instant at) {
    if (status == TaskStatus.PENDING || status == TaskStatus.CANCELLED) {
      return List.of();
    }
    NotificationType type =
        status == TaskStatus.COMPLETED
            ? NotificationType.TASK_COMPLETED
            : NotificationType.TASK_ERROR;
    String said = status == TaskStatus.COMPLETED ? firstLine(outcome.answer()) : outcome.error();
    String changes = outcome.changes().isEmpty() ? "" : " (" + outcome.changes() + ")";
    return List.of(
        record(
            record.id(),
            record.epoch(),
            TaskViews.ref(record),
            type,
            at,
            status.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (said.isEmpty() ? "" : ": " + said)
                + changes,
            Optional.of(status),
            outcome));
  }

  /** Who starts a command or work of its own knows that; who hands a message over is told. */
  private static List<NotificationRecord> ofMessage(
      TaskRecord record, NotificationType type, Instant at, String said) {
    return record.session() == null
        ? List.of()
        : List.of(
            record(
                record.id(),
                record.epoch(),
                TaskViews.ref(record),
                type,
                at,
                said,
                Optional.empty(),
                Outcome.NONE));
  }

  private static NotificationRecord record(
      TaskId id,
      long epoch,
      Optional<IssueRef> ref,
      NotificationType type,
      Instant at,
      String said,
      Optional<TaskStatus> status,
      Outcome outcome) {
    return NotificationCodec.toRecord(
        new Notification(
            NotificationCodec.id(id, epoch, type),
            type,
            at,
            false,
            Optional.of(id),
            ref,
            id + ref.map(it -> FOR + it).orElse("") + " " + said,
            status,
            outcome.failure().map(failure -> failure.name().toLowerCase(Locale.ROOT)),
            outcome.exitCode(),
            outcome.signal(),
            outcome.lastOutput()));
  }

  private static String firstLine(String text) {
    String line = text.strip().lines().findFirst().orElse("");
    return line.length() <= 200 ? line : line.substring(0, 200) + "…";
  }
}
