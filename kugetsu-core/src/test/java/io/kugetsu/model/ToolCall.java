package io.kugetsu.model;

import java.util.Map;

/** A tool the model asks for, under the agent's name for it. */
record ToolCall(String tool, Map<String, ?> arguments) {

  static ToolCall write(String path, String content) {
    return new ToolCall("write", Map.of("filePath", path, "content", content));
  }

  static ToolCall read(String path) {
    return new ToolCall("read", Map.of("filePath", path));
  }

  static ToolCall shell(String command) {
    return new ToolCall("bash", Map.of("command", command, "description", "Runs a command"));
  }
}
