package io.kugetsu.task.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import io.kugetsu.task.TaskJson;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How values of a type are written as a JSON object and read from one.
 *
 * @param name what to call such an object in messages
 * @param writer sets the fields
 * @param reader makes a value from them
 * @param <T> the type
 */
public record TaskForm<T>(
    String name, BiConsumer<ObjectNode, T> writer, Function<JsonFields, T> reader) {
  private static final String FORMAT = "format";

  /**
   * Writes a text of its own, with the version of the format.
   *
   * @param value the value
   * @return one line of JSON
   */
  public String write(T value) {
    ObjectNode tree = Json.object();
    tree.put(FORMAT, TaskJson.FORMAT);
    writer.accept(tree, value);
    return Json.line(tree);
  }

  /**
   * Reads such a text.
   *
   * @param text the JSON
   * @return the value
   * @throws InvalidRequestException when it is anything else, or of a newer format; says where
   */
  public T read(String text) {
    Path place = Path.of(name);
    try {
      JsonFields fields = new JsonFields(place, Json.parse(place, text));
      long format = fields.number(FORMAT);
      if (format < 1 || format > TaskJson.FORMAT) {
        throw new StorageException(place, "format " + format + " is not known here", null);
      }
      return reader.apply(fields);
    } catch (StorageException e) {
      throw new InvalidRequestException(String.valueOf(e.getMessage()));
    }
  }

  /** Sets a field to an object of this form. */
  void put(ObjectNode tree, String field, T value) {
    writer.accept(tree.putObject(field), value);
  }

  /** The object of this form in a field, or null when there is none; messages say where it is. */
  @Nullable T optional(JsonFields fields, String field) {
    JsonFields found = fields.optionalObject(field);
    return found == null
        ? null
        : reader.apply(new JsonFields(fields.file().resolve(field), found.tree()));
  }

  T get(JsonFields fields, String field) {
    T value = optional(fields, field);
    if (value == null) {
      throw new StorageException(fields.file(), "lacks the field '" + field + "'", null);
    }
    return value;
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static <E extends Enum<E>> Function<String, E> constantOf(Class<E> type) {
    return word -> Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }
}
