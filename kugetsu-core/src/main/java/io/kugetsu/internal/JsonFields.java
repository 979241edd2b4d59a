package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Typed reading of one JSON object's fields. A field that is missing or of another type is a {@link
 * StorageException} that names file and field; a JSON null counts as missing.
 *
 * @param file where the object is from
 * @param tree the object
 */
public record JsonFields(Path file, ObjectNode tree) {
  /**
   * A text that must be there.
   *
   * @param name the field
   * @return its text
   */
  public String text(String name) {
    return require(name, optionalText(name));
  }

  /**
   * A text that must be there and that many files have in common: all that are read share it.
   *
   * @param name the field
   * @return its text
   */
  public String commonText(String name) {
    return text(name).intern();
  }

  /**
   * A text that may be missing.
   *
   * @param name the field
   * @return its text, or null
   */
  public @Nullable String optionalText(String name) {
    JsonNode value = value(name);
    if (value != null && !value.isString()) {
      throw wrong(name, "a text");
    }
    return value == null ? null : value.stringValue();
  }

  /**
   * A whole number that must be there.
   *
   * @param name the field
   * @return its value
   */
  public long number(String name) {
    JsonNode value = require(name, value(name));
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(name, "a whole number");
    }
    return value.longValue();
  }

  /**
   * A small whole number that must be there.
   *
   * @param name the field
   * @return its value
   */
  public int smallNumber(String name) {
    long value = number(name);
    if (value != (int) value) {
      throw wrong(name, "a smaller number");
    }
    return (int) value;
  }

  /**
   * A truth value; missing means false.
   *
   * @param name the field
   * @return its value
   */
  public boolean flag(String name) {
    return flag(name, false);
  }

  /**
   * A truth value.
   *
   * @param name the field
   * @param missing what it is when it is missing
   * @return its value
   */
  public boolean flag(String name, boolean missing) {
    JsonNode value = value(name);
    if (value != null && !value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value == null ? missing : value.booleanValue();
  }

  /**
   * A text that must be there, read as something else.
   *
   * @param name the field
   * @param reader makes the value; may throw any unchecked exception for a text it does not take
   * @param <T> the value's type
   * @return the value
   */
  public <T> T as(String name, Function<String, T> reader) {
    return require(name, optionalAs(name, reader));
  }

  /**
   * A text that may be missing, read as something else.
   *
   * @param name the field
   * @param reader makes the value; may throw any unchecked exception for a text it does not take
   * @param <T> the value's type
   * @return the value, or null
   */
  public <T> @Nullable T optionalAs(String name, Function<String, T> reader) {
    String text = optionalText(name);
    if (text == null) {
      return null;
    }
    try {
      return reader.apply(text);
    } catch (RuntimeException e) {
      throw wrong(name, "of the form it should have");
    }
  }

  /**
   * A point in time that may be missing.
   *
   * @param name the field
   * @return its value, or null
   */
  public @Nullable Instant optionalInstant(String name) {
    String text = optionalText(name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw wrong(name, "a point in time");
    }
  }

  /**
   * A point in time that must be there.
   *
   * @param name the field
   * @return its value
   */
  public Instant instant(String name) {
    return require(name, optionalInstant(name));
  }

  /**
   * An object that may be missing.
   *
   * @param name the field
   * @return its fields, or null
   */
  public @Nullable JsonFields optionalObject(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    if (value instanceof ObjectNode object) {
      return new JsonFields(file, object);
    }
    throw wrong(name, "an object");
  }

  /**
   * An object whose fields are all texts; missing means empty.
   *
   * @param name the field
   * @return its entries
   */
  public Map<String, String> texts(String name) {
    JsonFields object = optionalObject(name);
    Map<String, String> texts = new LinkedHashMap<>();
    if (object != null) {
      for (String key : object.tree.propertyNames()) {
        texts.put(key, object.text(key));
      }
    }
    return texts;
  }

  /**
   * A list of texts, each read as something else; missing means empty.
   *
   * @param name the field
   * @param reader makes a value; may throw any unchecked exception for a text it does not take
   * @param <T> the values' type
   * @return the values in order
   */
  public <T> List<T> list(String name, Function<String, T> reader) {
    List<T> values = new ArrayList<>();
    for (JsonNode element : elements(name)) {
      if (!element.isString()) {
        throw wrong(name, "a list of texts");
      }
      try {
        values.add(reader.apply(element.stringValue()));
      } catch (RuntimeException e) {
        throw wrong(name, "a list of texts of the form they should have");
      }
    }
    return values;
  }

  /**
   * A list of objects; missing means empty.
   *
   * @param name the field
   * @return their fields in order
   */
  public List<JsonFields> objects(String name) {
    List<JsonFields> objects = new ArrayList<>();
    for (JsonNode element : elements(name)) {
      if (!(element instanceof ObjectNode object)) {
        throw wrong(name, "a list of objects");
      }
      objects.add(new JsonFields(file, object));
    }
    return objects;
  }

  private Iterable<JsonNode> elements(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong(name, "a list");
    }
    return value;
  }

  private @Nullable JsonNode value(String name) {
    JsonNode value = tree.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private <T> T require(String name, @Nullable T value) {
    if (value == null) {
      throw new StorageException(file, "lacks the field '" + name + "'", null);
    }
    return value;
  }

  private StorageException wrong(String name, String expected) {
    return new StorageException(file, "its field '" + name + "' is not " + expected, null);
  }
}
