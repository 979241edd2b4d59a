package io.kugetsu.model;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parts of a chat request that choose the answer.
 *
 * @param messages how many messages it holds, which tells one position in a conversation from
 *     others
 */
record ChatRequest(
    String model,
    boolean stream,
    boolean auxiliary,
    String prompt,
    int turn,
    int messages,
    String body) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * Reads a request body.
   *
   * @throws RuntimeException if it is not JSON
   */
  static ChatRequest read(String body) {
    JsonNode root = JSON.readTree(body);
    List<JsonNode> messages = new ArrayList<>(root.path("messages").values());
    int last = lastUserMessage(messages);
    String prompt = last < 0 ? "" : text(messages.get(last).path("content"));
    int turn =
        (int)
            messages.stream()
                .skip(last + 1L)
                .filter(message -> role(message).equals("assistant"))
                .count();
    return new ChatRequest(
        root.path("model").asString(""),
        root.path("stream").asBoolean(false),
        root.path("tools").isEmpty(),
        prompt,
        turn,
        messages.size(),
        body);
  }

  private static int lastUserMessage(List<JsonNode> messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (role(messages.get(i)).equals("user")) {
        return i;
      }
    }
    return -1;
  }

  private static String role(JsonNode message) {
    return message.path("role").asString("");
  }

  /** A content is a string or a list of parts, whose texts follow each other. */
  private static String text(JsonNode content) {
    if (content.isString()) {
      return content.asString();
    }
    StringBuilder text = new StringBuilder();
    content.values().forEach(part -> text.append(part.path("text").asString("")));
    return text.toString();
  }
}
