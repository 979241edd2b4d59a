package io.kugetsu.notification;

import io.kugetsu.notification.internal.NotificationForm;

/**
 * Notifications as JSON, for tools that hand them to other programs. What is written is one JSON
 * object in one line, without a line end.
 *
 * <p>The object names the format's version, {@value #FORMAT}, under {@code format}. Further fields
 * are {@code id}, {@code type} (such as {@code task_error}), {@code at} (ISO 8601), {@code read},
 * {@code task}, {@code ref}, {@code message}, {@code status}, {@code failure}, {@code exitCode},
 * {@code signal} and {@code lastOutput}; what is empty is left out. Unknown fields are ignored when
 * reading, as newer versions may add some within a format. Secrets are masked in notifications
 * already; nothing more is masked here.
 */
public final class NotificationJson {
  /** The version of the format that is written, and the newest that is read. */
  public static final int FORMAT = 1;

  private NotificationJson() {}

  /**
   * Writes a notification.
   *
   * @param notification the notification
   * @return one line of JSON
   */
  public static String write(Notification notification) {
    return NotificationForm.write(notification);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param text the JSON
   * @return the notification
   * @throws io.kugetsu.common.InvalidRequestException when it is anything else, of a newer format,
   *     or of a type that this version does not know; says where
   */
  public static Notification read(String text) {
    return NotificationForm.read(text);
  }
}
