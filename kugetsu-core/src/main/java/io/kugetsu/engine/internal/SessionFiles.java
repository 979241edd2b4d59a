package io.kugetsu.engine.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sessions' files. Each remembers which steps' changes it has seen last, so that a change which
 * is applied again, after somebody else went on, does nothing.
 */
final class SessionFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SessionFiles.class);
  private static final String APPLIED = "applied";
  private static final int REMEMBERED = 16;

  private final RecordFolder<SessionRecord> folder;

  SessionFiles(Path directory) {
    this.folder = new RecordFolder<>(directory, SessionFiles::read);
  }

  private static SessionRecord read(Path file, byte[] content) {
    JsonFields fields = Codecs.open(file, content);
    SessionKey key = fields.as("key", SessionKey::new);
    if (!String.valueOf(file.getFileName()).equals(key + RecordFolder.SUFFIX)) {
      throw new StorageException(file, "holds the record of " + key, null);
    }
    return new SessionRecord(
        key, fields.number("version"), fields.flag("held"), fields.texts("fields"));
  }

  Optional<SessionRecord> find(SessionKey key) {
    try {
      Optional<SessionRecord> found = folder.readOrSetAside(key.value());
      if (found.isEmpty()) {
        folder.refuseIfSetAside(key.value());
      }
      return found;
    } catch (NewerFormatException e) {
      throw e.refusal();
    } catch (SetAsideException e) {
      throw e.problem();
    }
  }

  List<SessionRecord> list() {
    return new ArrayList<>(folder.load().values());
  }

  void put(SessionRecord session) {
    write(session, tree(session.key()));
  }

  void remove(SessionKey key) {
    Path file = folder.file(key.value());
    if (AtomicFiles.delete(file)) {
      AtomicFiles.syncDirectory(file.toAbsolutePath().resolveSibling(""));
    }
  }

  /**
   * Applies a change unless it has been. A session that cannot be read does not get it: the end of
   * a run must not wait for a person who repairs a file.
   *
   * @param step names the step that brought the change
   */
  void apply(SessionChange change, String step) {
    try {
      Optional<SessionRecord> session = folder.readOrSetAside(change.key().value());
      if (session.isPresent()) {
        apply(session.get(), change, step);
      }
    } catch (NewerFormatException e) {
      LOG.warn("not changed at the end of a run: {}", e.refusal().getMessage());
    } catch (SetAsideException e) {
      LOG.warn("not changed at the end of a run: {}", e.getMessage());
    }
  }

  private void apply(SessionRecord session, SessionChange change, String step) {
    ObjectNode tree = tree(change.key());
    List<String> applied =
        new ArrayList<>(
            new JsonFields(folder.file(change.key().value()), tree).list(APPLIED, text -> text));
    if (applied.contains(step)) {
      return;
    }
    applied.add(step);
    ArrayNode remembered = tree.putArray(APPLIED);
    applied
        .subList(Math.max(0, applied.size() - REMEMBERED), applied.size())
        .forEach(remembered::add);
    write(StoredSessions.after(session, change), tree);
  }

  private ObjectNode tree(SessionKey key) {
    Path file = folder.file(key.value());
    return AtomicFiles.read(file).map(content -> Json.parse(file, content)).orElseGet(Json::object);
  }

  private void write(SessionRecord session, ObjectNode tree) {
    Codecs.putFormat(tree);
    tree.put("key", session.key().value());
    tree.put("version", session.version());
    tree.put("held", session.held());
    Codecs.put(tree, "fields", session.fields());
    AtomicFiles.write(folder.file(session.key().value()), Json.print(tree));
  }
}
