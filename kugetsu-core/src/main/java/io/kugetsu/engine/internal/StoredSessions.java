package io.kugetsu.engine.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.SessionStore;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sessions, over any vault. */
final class StoredSessions implements SessionStore {
  private final Vault vault;
  private final Hints hints;
  private final Gate gate;

  StoredSessions(Vault vault, Hints hints, Gate gate) {
    this.vault = vault;
    this.hints = hints;
    this.gate = gate;
  }

  /** The record after a change that came with the end of a run. */
  static SessionRecord after(SessionRecord before, SessionChange change) {
    Map<String, String> fields = new HashMap<>(before.fields());
    fields.keySet().removeAll(change.remove());
    fields.putAll(change.set());
    return new SessionRecord(before.key(), before.version() + 1, change.held(), fields);
  }

  @Override
  public Optional<SessionRecord> create(SessionKey key, Map<String, String> fields) {
    gate.check();
    return vault.locked(
        () -> {
          if (vault.session(key).isPresent()) {
            return Optional.empty();
          }
          SessionRecord created = new SessionRecord(key, 1, false, fields);
          vault.putSession(created);
          return Optional.of(created);
        });
  }

  @Override
  public Optional<SessionRecord> find(SessionKey key) {
    gate.check();
    return vault.locked(() -> vault.session(key));
  }

  @Override
  public List<SessionRecord> list() {
    gate.check();
    return vault.locked(vault::sessions).stream()
        .sorted(Comparator.comparing(SessionRecord::key))
        .toList();
  }

  @Override
  public Optional<SessionRecord> update(SessionRecord record) {
    gate.check();
    SessionRecord next =
        new SessionRecord(record.key(), record.version() + 1, record.held(), record.fields());
    Optional<SessionRecord> before =
        vault.locked(
            () -> {
              Optional<SessionRecord> present = present(record.key(), record.version());
              present.ifPresent(any -> vault.putSession(next));
              return present;
            });
    // Whatever else is in the record, only a session that is let go makes work for anybody.
    if (before.isPresent() && before.get().held() && !next.held()) {
      hints.give();
    }
    return before.map(any -> next);
  }

  @Override
  public boolean remove(SessionKey key, long version) {
    gate.check();
    boolean removed =
        vault.locked(
            () -> {
              if (present(key, version).isEmpty()) {
                return false;
              }
              vault.removeSession(key);
              return true;
            });
    if (removed) {
      hints.give();
    }
    return removed;
  }

  private Optional<SessionRecord> present(SessionKey key, long version) {
    return vault.session(key).filter(session -> session.version() == version);
  }
}
