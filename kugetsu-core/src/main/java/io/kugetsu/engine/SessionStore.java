package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.SessionKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sessions' records. Thread-safe; each method is atomic and as durable as the engine is. */
@Experimental
public interface SessionStore {
  /**
   * Adds a session.
   *
   * @param key its key
   * @param fields what is known of it
   * @return the record with version 1, not held, or empty when there is one already, which is left
   *     alone
   */
  Optional<SessionRecord> create(SessionKey key, Map<String, String> fields);

  /**
   * Looks one session up.
   *
   * @param key its key
   * @return its record, or empty
   */
  Optional<SessionRecord> find(SessionKey key);

  /** {@return all sessions, by key} */
  List<SessionRecord> list();

  /**
   * Replaces a record when nobody changed it since it was read.
   *
   * @param record what was read, with what is to change in it and the version that was read
   * @return the record with its new version, or empty when the version in the store is another one
   *     or there is none
   */
  Optional<SessionRecord> update(SessionRecord record);

  /**
   * Removes a record when nobody changed it since it was read.
   *
   * @param key its key
   * @param version the version that was read
   * @return whether it was removed
   */
  boolean remove(SessionKey key, long version);
}
