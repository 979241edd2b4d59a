package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.SessionKey;
import java.util.Map;

/**
 * Everything that is kept about one session. Immutable.
 *
 * @param key its key
 * @param version counts the changes of this record, from 1
 * @param held while true, no pending task of this session is handed out: its last run was cut short
 *     and somebody has to say how to go on
 * @param fields what is known of it
 */
@Experimental
public record SessionRecord(
    SessionKey key, long version, boolean held, Map<String, String> fields) {
  /** Copies its map. */
  public SessionRecord {
    fields = Map.copyOf(fields);
  }
}
