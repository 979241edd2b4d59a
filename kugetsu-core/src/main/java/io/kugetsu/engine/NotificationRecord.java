package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.time.Instant;
import java.util.Map;

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
  /**
   * Copies its map and checks the identifier.
   *
   * @throws IllegalArgumentException when the identifier is not of that form
   */
  public NotificationRecord {
    if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException("not an identifier of a notification");
    }
    fields = Map.copyOf(fields);
  }
}
