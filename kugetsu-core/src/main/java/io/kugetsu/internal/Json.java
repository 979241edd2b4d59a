package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
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
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new StorageException(file, "is not a JSON object", null);
    } catch (JacksonException e) {
      // The message of the cause quotes the file, which may hold a prompt; the place is enough.
      String place = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
      throw new StorageException(file, "is not valid JSON" + place, null);
    }
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
}
