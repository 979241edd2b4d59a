package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What all records have in common: the format's number, and how values are set in a tree. */
final class Codecs {
  /** The major format. What is only added to a format does not change it. */
  static final int FORMAT = 1;

  private static final String FORMAT_FIELD = "format";

  private Codecs() {}

  /** Reads a record's tree and checks that it is of a format this version knows. */
  static JsonFields open(Path file, byte[] text) {
    JsonFields fields = new JsonFields(file, Json.parse(file, text));
    long format = fields.number(FORMAT_FIELD);
    if (format > FORMAT) {
      throw new NewerFormatException(file, "format " + format);
    }
    if (format < 1) {
      throw new StorageException(file, "its format is " + format, null);
    }
    return fields;
  }

  static void putFormat(ObjectNode tree) {
    tree.put(FORMAT_FIELD, FORMAT);
  }

  static void put(ObjectNode tree, String name, @Nullable String value) {
    if (value == null) {
      tree.remove(name);
    } else {
      tree.put(name, value);
    }
  }

  static void put(ObjectNode tree, String name, @Nullable Instant value) {
    put(tree, name, value == null ? null : value.toString());
  }

  static void put(ObjectNode tree, String name, @Nullable Moment value) {
    if (value == null) {
      tree.remove(name);
    } else {
      ObjectNode object = child(tree, name);
      object.put("bootId", value.bootId());
      object.put("millis", value.millis());
    }
  }

  static @Nullable Moment readMoment(JsonFields fields, String name) {
    JsonFields object = fields.optionalObject(name);
    return object == null ? null : new Moment(object.text("bootId"), object.number("millis"));
  }

  /** Sets a list of texts, in alphabetical order. */
  static void put(ObjectNode tree, String name, Stream<String> values) {
    ArrayNode list = tree.putArray(name);
    values.sorted().forEach(list::add);
  }

  /** Sets an object of texts, in alphabetical order; */
  static void put(ObjectNode tree, String name, Map<String, String> values) {
    ObjectNode object = child(tree, name);
    for (String key : new TreeSet<>(object.propertyNames())) {
      if (!values.containsKey(key)) {
        object.remove(key);
      }
    }
    new TreeMap<>(values).forEach(object::put);
  }

  /** The object under a name: the one that is there, or a new one. */
  static ObjectNode child(ObjectNode tree, String name) {
    JsonNode present = tree.get(name);
    return present instanceof ObjectNode object ? object : tree.putObject(name);
  }

  static void writeNotification(ObjectNode tree, NotificationRecord notification) {
    tree.put("id", notification.id());
    put(tree, "at", notification.at());
    tree.put("read", notification.read());
    put(tree, "fields", notification.fields());
  }

  static NotificationRecord readNotification(JsonFields fields) {
    try {
      return new NotificationRecord(
          fields.text("id"), fields.instant("at"), fields.flag("read"), fields.texts("fields"));
    } catch (IllegalArgumentException e) {
      throw new StorageException(fields.file(), "its field 'id' is not an identifier", e);
    }
  }
}
