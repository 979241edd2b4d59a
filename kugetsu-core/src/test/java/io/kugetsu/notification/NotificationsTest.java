package io.kugetsu.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.notification.internal.NotificationCodec;
import io.kugetsu.notification.internal.StoredNotifications;
import io.kugetsu.support.LeakFree;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NotificationsTest extends LeakFree {
  private final Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe());
  private final Notifications notifications =
      new StoredNotifications(engine.notifications(), Clock.systemUTC(), text -> text, () -> {});
  private final TaskId task = TaskId.next(Clock.systemUTC());
  private final Notification known =
      new Notification(
          "known",
          NotificationType.TASK_ERROR,
          Instant.parse("2026-03-01T10:00:00Z"),
          false,
          Optional.of(task),
          Optional.empty(),
          "it failed",
          Optional.of(TaskStatus.FAILED),
          Optional.of("exit_code"),
          OptionalInt.of(3),
          Optional.empty(),
          "the end");

  @AfterEach
  void close() {
    engine.close();
  }

  private NotificationRecord but(String id, String field, String value) {
    NotificationRecord record = NotificationCodec.toRecord(known);
    Map<String, String> fields = new HashMap<>(record.fields());
    fields.put(field, value);
    return new NotificationRecord(id, record.at(), false, fields);
  }

  @Test
  void what_only_a_newer_version_understands_is_passed_over_and_stays_unread() {
    List<NotificationRecord> owed =
        List.of(
            but("newer", "type", "task_hibernating"),
            but("odd-task", "task", "job 7"),
            but("odd-code", "exitCode", "fine"),
            but("odd-ref", "ref", "::"),
            NotificationCodec.toRecord(known));
    NewTask accepted =
        new NewTask(task, "agent", true, 0, Set.of(), null, null, null, null, Map.of(), owed);
    engine.tasks().enqueue(accepted);
    assertEquals(List.of(known), notifications.list());
    assertEquals(List.of(known), notifications.unread());
    assertEquals(1, notifications.markAllRead());
    assertEquals(List.of(), notifications.unread());
    assertEquals(owed.size() - 1, engine.notifications().list(true).size());
  }
}
