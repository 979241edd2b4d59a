package io.kugetsu.notification.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationJson;
import io.kugetsu.notification.NotificationType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** The JSON form of a notification. */
public final class NotificationForm {
  private static final Path PLACE = Path.of("notification");
  private static final String FORMAT = "format";

  private NotificationForm() {}

  /**
   * Writes a notification.
   *
   * @param notification the notification
   * @return one line of JSON
   */
  public static String write(Notification notification) {
    ObjectNode tree = Json.object();
    tree.put(FORMAT, NotificationJson.FORMAT);
    tree.put("id", notification.id());
    tree.put("type", word(notification.type()));
    tree.put("at", notification.at().toString());
    tree.put("read", notification.read());
    notification.task().ifPresent(task -> tree.put("task", task.value()));
    notification.ref().ifPresent(ref -> tree.put("ref", ref.text()));
    tree.put("message", notification.message());
    notification.status().ifPresent(status -> tree.put("status", word(status)));
    notification.failure().ifPresent(failure -> tree.put("failure", failure));
    notification.exitCode().ifPresent(code -> tree.put("exitCode", code));
    notification.signal().ifPresent(signal -> tree.put("signal", signal));
    if (!notification.lastOutput().isEmpty()) {
      tree.put("lastOutput", notification.lastOutput());
    }
    return Json.line(tree);
  }

  /**
   * Reads such a text.
   *
   * @param text the JSON
   * @return the notification
   * @throws InvalidRequestException when it is anything else; says where
   */
  public static Notification read(String text) {
    try {
      JsonFields fields = new JsonFields(PLACE, Json.parse(PLACE, text));
      long format = fields.number(FORMAT);
      if (format < 1 || format > NotificationJson.FORMAT) {
        throw new StorageException(PLACE, "format " + format + " is not known here", null);
      }
      return read(fields);
    } catch (StorageException e) {
      throw new InvalidRequestException(String.valueOf(e.getMessage()));
    }
  }

  private static Notification read(JsonFields fields) {
    return new Notification(
        fields.text("id"),
        fields.as("type", constantOf(NotificationType.class)),
        fields.instant("at"),
        fields.flag("read"),
        Optional.ofNullable(fields.optionalAs("task", TaskId::new)),
        Optional.ofNullable(fields.optionalAs("ref", IssueRef::new)),
        fields.text("message"),
        Optional.ofNullable(fields.optionalAs("status", constantOf(TaskStatus.class))),
        Optional.ofNullable(fields.optionalText("failure")),
        fields.tree().hasNonNull("exitCode")
            ? OptionalInt.of(fields.smallNumber("exitCode"))
            : OptionalInt.empty(),
        Optional.ofNullable(fields.optionalText("signal")),
        Optional.ofNullable(fields.optionalText("lastOutput")).orElse(""));
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static <E extends Enum<E>> Function<String, E> constantOf(Class<E> type) {
    return word -> Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }
}
