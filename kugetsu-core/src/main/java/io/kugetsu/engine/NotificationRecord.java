package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One thing to tell. Immutable.
 *
 * @param id unique; made from task, epoch and type, so that the same thing is never told as two;
 *     letters, digits, {@code .}, {@code _} and {@code -} only, 100 at most
 * @param at when it happened
 * @param read whether it was marked as read
 * @param fields what it says
 */
@Experimental
public record NotificationRecord(String id, Instant at, boolean read, Map<String, String> fields) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /**
   * Copies its map and checks the identifier.
   *
   * @throws IllegalArgumentException when the identifier is not of that form
   */
  public NotificationRecord {
    if (!isId(id)) {
      throw new IllegalArgumentException("not an identifier of a notification");
    }
    fields = Map.copyOf(fields);
  }

  /**
   * Tells whether a text can be an identifier, and so is safe as a file name.
   *
   * @param text any text
   * @return whether it is of that form
   */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /**
   * The same as it is once it was read.
   *
   * @return the notification, marked as read
   */
  public NotificationRecord asRead() {
    return new NotificationRecord(id, at, true, fields);
  }
}
