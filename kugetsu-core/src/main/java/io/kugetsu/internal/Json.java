package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and prints JSON trees. Strict: what is not one whole JSON object is refused. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectWriter LINES =
      MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  /** {@return a new, empty object} */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Reads an object.
   *
   * @param file where the text is from, for the message of the exception
   * @param text the text, UTF-8
   * @return the object
   * @throws StorageException when the text is anything else
   */
  public static ObjectNode parse(Path file, byte[] text) {
    return parse(file, () -> MAPPER.readTree(text));
  }

  /**
   * Reads an object.
   *
   * @param file what the text is, for the message of the exception
   * @param text the text
   * @return the object
   * @throws StorageException when the text is anything else
   */
  public static ObjectNode parse(Path file, String text) {
    return parse(file, () -> MAPPER.readTree(text));
  }

  private static ObjectNode parse(Path file, Supplier<JsonNode> reading) {
    try {
      if (reading.get() instanceof ObjectNode object) {
        return object;
      }
      throw new StorageException(file, "is not a JSON object", null);
    } catch (JacksonException e) {
      // The message of the cause quotes the file, which may hold a prompt; the place is enough.
      TokenStreamLocation at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new StorageException(file, "is not valid JSON" + place, null);
    }
  }

  /**
   * Prints fields for programs: in one line, without a line end.
   *
   * @param fields texts, numbers, truth values, lists and maps of these, in their order
   * @return the text
   */
  public static String line(Map<String, ?> fields) {
    return LINES.writeValueAsString(fields);
  }

  /**
   * Prints a tree for people: indented, with a line end at the end.
   *
   * @param tree the tree
   * @return the text in UTF-8
   */
  public static byte[] print(JsonNode tree) {
    return (MAPPER.writeValueAsString(tree) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Prints a tree for programs: in one line, without a line end.
   *
   * @param tree the tree
   * @return the text
   */
  public static String line(JsonNode tree) {
    return LINES.writeValueAsString(tree);
  }
}
