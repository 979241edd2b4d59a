package io.kugetsu.notification.internal;

import static io.kugetsu.notification.internal.NotificationForm.constantOf;
import static io.kugetsu.notification.internal.NotificationForm.word;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns notifications into what an engine keeps, and back. */
public final class NotificationCodec {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationCodec.class);
  private static final String TYPE = "type";
  private static final String TASK = "task";
  private static final String REF = "ref";
  private static final String MESSAGE = "message";
  private static final String STATUS = "status";
  private static final String FAILURE = "failure";
  private static final String EXIT_CODE = "exitCode";
  private static final String SIGNAL = "signal";
  private static final String LAST_OUTPUT = "lastOutput";

  private NotificationCodec() {}

  /**
   * The one identifier for a task's epoch and a type.
   *
   * @param task the task
   * @param epoch the epoch; 0 before the first claim
   * @param type the type
   * @return the identifier
   */
  public static String id(TaskId task, long epoch, NotificationType type) {
    return task + "." + epoch + "." + word(type);
  }

  /**
   * What an engine keeps of a notification.
   *
   * @param notification the notification
   * @return its record
   */
  public static NotificationRecord toRecord(Notification notification) {
    Map<String, String> fields = new HashMap<>();
    fields.put(TYPE, word(notification.type()));
    fields.put(MESSAGE, notification.message());
    fields.put(LAST_OUTPUT, notification.lastOutput());
    notification.task().ifPresent(task -> fields.put(TASK, task.value()));
    notification.ref().ifPresent(ref -> fields.put(REF, ref.text()));
    notification.status().ifPresent(status -> fields.put(STATUS, word(status)));
    notification.failure().ifPresent(failure -> fields.put(FAILURE, failure));
    notification.signal().ifPresent(signal -> fields.put(SIGNAL, signal));
    notification.exitCode().ifPresent(code -> fields.put(EXIT_CODE, Integer.toString(code)));
    return new NotificationRecord(
        notification.id(), notification.at(), notification.read(), fields);
  }

  /**
   * The notification that a record holds.
   *
   * @param record the record
   * @return the notification, or empty when this version cannot make sense of it: a newer one may
   *     tell what this one does not know
   */
  public static Optional<Notification> fromRecord(NotificationRecord record) {
    try {
      return Optional.of(read(record));
    } catch (IllegalArgumentException | InvalidRequestException e) {
      LOG.warn("the notification {} is passed over: {}", record.id(), e.toString());
      return Optional.empty();
    }
  }

  /**
   * What a record is about.
   *
   * @param record the record
   * @return the type, or empty when only a newer version knows it
   */
  static Optional<NotificationType> type(NotificationRecord record) {
    try {
      return Optional.of(typeOf(record.fields()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static NotificationType typeOf(Map<String, String> fields) {
    return constantOf(NotificationType.class).apply(fields.getOrDefault(TYPE, ""));
  }

  private static Notification read(NotificationRecord record) {
    Map<String, String> fields = record.fields();
    String code = fields.get(EXIT_CODE);
    return new Notification(
        record.id(),
        typeOf(fields),
        record.at(),
        record.read(),
        Optional.ofNullable(fields.get(TASK)).map(TaskId::new),
        Optional.ofNullable(fields.get(REF)).map(IssueRef::parse),
        fields.getOrDefault(MESSAGE, ""),
        Optional.ofNullable(fields.get(STATUS)).map(constantOf(TaskStatus.class)),
        Optional.ofNullable(fields.get(FAILURE)),
        code == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(code)),
        Optional.ofNullable(fields.get(SIGNAL)),
        fields.getOrDefault(LAST_OUTPUT, ""));
  }
}
