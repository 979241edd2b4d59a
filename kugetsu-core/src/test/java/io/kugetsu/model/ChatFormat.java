package io.kugetsu.model;

import io.kugetsu.model.Step.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers the way the chat completions interface does, whole or as a stream. */
final class ChatFormat {

  /** A line of a stream that every client skips. */
  static final String COMMENT = ": still here\n\n";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Map<String, Integer> USAGE =
      Map.of("prompt_tokens", 100, "completion_tokens", 10, "total_tokens", 110);

  private final AtomicInteger ids = new AtomicInteger();

  /** The answer as one JSON object. */
  String whole(String model, Reply reply) {
    Map<String, Object> message = new HashMap<>();
    message.put("role", "assistant");
    message.put("content", reply.text());
    if (!reply.calls().isEmpty()) {
      message.put("tool_calls", calls(reply.calls()));
    }
    Map<String, Object> choice =
        Map.of("index", 0, "message", message, "finish_reason", reply.finish());
    return JSON.writeValueAsString(
        Map.of(
            "id",
            id("chatcmpl"),
            "object",
            "chat.completion",
            "created",
            1,
            "model",
            model,
            "choices",
            List.of(choice),
            "usage",
            USAGE));
  }

  /** The answer as a stream of events, word by word, the usage last. */
  String stream(String model, Reply reply) {
    String id = id("chatcmpl");
    StringBuilder events = new StringBuilder(delta(id, model, opening(), null));
    for (String piece : reply.text().split("(?<= )")) {
      if (!piece.isEmpty()) {
        events.append(delta(id, model, Map.of("content", piece), null));
      }
    }
    if (!reply.calls().isEmpty()) {
      events.append(delta(id, model, Map.of("tool_calls", calls(reply.calls())), null));
    }
    return events
        .append(delta(id, model, Map.of(), reply.finish()))
        .append(chunk(id, model, List.of(), USAGE))
        .append("data: [DONE]\n\n")
        .toString();
  }

  /** The first two events of a stream that does not go on. */
  String beginning(String model) {
    String id = id("chatcmpl");
    return delta(id, model, opening(), null)
        + delta(id, model, Map.of("content", "I start and then "), null);
  }

  /** The body of an error answer. */
  String error(int status, String message) {
    String type = status >= 500 ? "server_error" : "invalid_request_error";
    return JSON.writeValueAsString(
        Map.of("error", Map.of("message", message, "type", type, "code", "scripted_" + status)));
  }

  /** The list of models: only the given one. */
  String models(String model) {
    Map<String, Object> entry =
        Map.of("id", model, "object", "model", "created", 1, "owned_by", "test");
    return JSON.writeValueAsString(Map.of("object", "list", "data", List.of(entry)));
  }

  private List<Map<String, Object>> calls(List<ToolCall> calls) {
    List<Map<String, Object>> written = new ArrayList<>();
    for (ToolCall call : calls) {
      String arguments = JSON.writeValueAsString(call.arguments());
      written.add(
          Map.of(
              "index", written.size(),
              "id", id("call"),
              "type", "function",
              "function", Map.of("name", call.tool(), "arguments", arguments)));
    }
    return written;
  }

  private static Map<String, Object> opening() {
    return Map.of("role", "assistant", "content", "");
  }

  private static String delta(String id, String model, Map<String, ?> delta, String finish) {
    Map<String, Object> choice = new HashMap<>();
    choice.put("index", 0);
    choice.put("delta", delta);
    choice.put("finish_reason", finish);
    return chunk(id, model, List.of(choice), null);
  }

  private static String chunk(String id, String model, List<?> choices, Map<String, ?> usage) {
    Map<String, Object> chunk = new HashMap<>();
    chunk.put("id", id);
    chunk.put("object", "chat.completion.chunk");
    chunk.put("created", 1);
    chunk.put("model", model);
    chunk.put("choices", choices);
    if (usage != null) {
      chunk.put("usage", usage);
    }
    return "data: " + JSON.writeValueAsString(chunk) + "\n\n";
  }

  private String id(String prefix) {
    return prefix + "-" + ids.incrementAndGet();
  }
}
