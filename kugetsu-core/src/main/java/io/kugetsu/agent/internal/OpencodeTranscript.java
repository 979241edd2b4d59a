package io.kugetsu.agent.internal;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.agent.AgentTranscript;
import io.kugetsu.task.FailureType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code opencode run --format json}: an object per line with a type, the session's
 * identifier and, mostly, a part of a message. What is no such object is what opencode says to
 * people on standard error. The answer is the text of the message that the last finished step
 * belongs to; the run is done only when that step stopped by itself.
 */
public final class OpencodeTranscript implements AgentTranscript {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String LOCKED = "database is locked";

  private final LastLines readable = new LastLines(16 * 1024);
  private final LastLines complaints = new LastLines(4 * 1024);
  private final Map<String, List<String>> texts = new LinkedHashMap<>();
  private Optional<String> session = Optional.empty();
  private @Nullable OpencodeError error;
  private @Nullable OpencodeError overcome;
  private String finishedMessage = "";
  private String finishReason = "";
  private boolean refused;
  private boolean worked;
  private int openTodos;
  private long calls;
  private long input;
  private long output;
  private double cost;

  /** Makes a reader for one run. */
  public OpencodeTranscript() {}

  @Override
  public void line(String line) {
    JsonNode event = parse(line);
    if (event == null) {
      complaint(line);
      return;
    }
    if (session.isEmpty()) {
      session = SessionIds.safe(event.path("sessionID").asString(""));
    }
    JsonNode part = event.path("part");
    switch (event.path("type").asString("")) {
      case "text" -> text(part);
      case "tool_use" -> tool(part);
      case "step_finish" -> finished(part);
      case "error" -> failed(event.path("error"));
      default -> {} // step_start, and what later versions may add
    }
  }

  private static @Nullable JsonNode parse(String line) {
    if (!line.startsWith("{")) {
      return null;
    }
    try {
      JsonNode event = JSON.readTree(line);
      return event.path("type").isString() ? event : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  private void complaint(String line) {
    String plain = line.replaceAll("\u001B\\[[0-9;?]*[A-Za-z]", "").strip();
    if (!plain.isEmpty()) {
      refused |= plain.contains("permission requested");
      complaints.add(plain);
      readable.add(plain);
    }
  }

  private void text(JsonNode part) {
    worked = true;
    String text = part.path("text").asString("");
    texts.computeIfAbsent(part.path("messageID").asString(""), id -> new ArrayList<>()).add(text);
    text.lines().forEach(readable::add);
  }

  private void tool(JsonNode part) {
    worked = true;
    String tool = part.path("tool").asString("?");
    JsonNode state = part.path("state");
    String status = state.path("status").asString("?");
    readable.add("[" + tool + " " + status + "]");
    if (status.equals("error")) {
      readable.add(state.path("error").asString(""));
    }
    if (tool.equals("todowrite")) {
      openTodos = 0;
      for (JsonNode item : state.path("input").path("todos")) {
        String stage = item.path("status").asString("");
        openTodos += stage.equals("pending") || stage.equals("in_progress") ? 1 : 0;
      }
    }
  }

  private void finished(JsonNode part) {
    worked = true;
    finishedMessage = part.path("messageID").asString("");
    finishReason = part.path("reason").asString("");
    if (finishReason.equals("stop") && error != null) {
      overcome = error;
      error = null;
    }
    JsonNode tokens = part.path("tokens");
    JsonNode cache = tokens.path("cache");
    calls++;
    input +=
        tokens.path("input").asLong(0)
            + cache.path("read").asLong(0)
            + cache.path("write").asLong(0);
    output += tokens.path("output").asLong(0) + tokens.path("reasoning").asLong(0);
    cost += part.path("cost").asDouble(0);
  }

  private void failed(JsonNode said) {
    error = OpencodeError.of(said);
    readable.add("error: " + error.text());
  }

  @Override
  public Optional<String> sessionId() {
    return session;
  }

  @Override
  public AgentReport report(boolean exitedWell) {
    OpencodeError failure = failure(exitedWell);
    return new AgentReport(
        String.join("\n", texts.getOrDefault(finishedMessage, List.of())).strip(),
        Optional.ofNullable(failure).map(OpencodeError::type),
        failure == null ? "" : failure.text(),
        worked,
        failure == null ? Optional.empty() : failure.retryAfter(),
        readable.end(),
        new AgentReport.Usage(calls, input, output, cost));
  }

  private @Nullable OpencodeError failure(boolean exitedWell) {
    if (error != null) {
      return error;
    }
    return switch (finishReason) {
      case "stop" -> openTodos == 0 ? afterAnAnswer(exitedWell) : openTodos();
      case "length" ->
          OpencodeError.of(FailureType.TRUNCATED, "the model's last answer was cut short");
      case "" -> noCall(exitedWell);
      default -> inTheMiddle();
    };
  }

  /** A bad exit code with an answer: only a context that was made shorter explains it. */
  private @Nullable OpencodeError afterAnAnswer(boolean exitedWell) {
    if (exitedWell || (overcome != null && overcome.isOverflow())) {
      return null;
    }
    String last = complaints.lastLine();
    return overcome != null
        ? overcome
        : OpencodeError.of(
            FailureType.EXIT_CODE, last.isEmpty() ? "the agent failed after its answer" : last);
  }

  private OpencodeError openTodos() {
    return OpencodeError.of(
        FailureType.OPEN_TODOS, "the agent stopped with " + openTodos + " open items on its list");
  }

  private OpencodeError noCall(boolean exitedWell) {
    String last = complaints.lastLine();
    if (!exitedWell && last.equals(LOCKED)) {
      // it gave up before it asked anything
      return OpencodeError.of(FailureType.TRANSIENT, last);
    }
    return OpencodeError.of(
        exitedWell || last.isEmpty() ? FailureType.NO_MODEL_CALL : FailureType.CONFIGURATION,
        last.isEmpty() ? "the agent ended without an answer of its model" : last);
  }

  private OpencodeError inTheMiddle() {
    return refused
        ? OpencodeError.of(FailureType.PERMISSION, "the agent was not permitted to go on")
        : OpencodeError.of(FailureType.AGENT_ERROR, "the agent ended in the middle of its work");
  }
}
