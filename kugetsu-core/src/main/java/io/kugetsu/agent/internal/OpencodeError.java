package io.kugetsu.agent.internal;

import io.kugetsu.task.FailureType;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An error as opencode reports it, with what it means for the task.
 *
 * @param type what it means
 * @param text one line for a person
 * @param retryAfter how long the provider asks to wait, if it does
 */
record OpencodeError(FailureType type, String text, Optional<Duration> retryAfter) {
  private static final String OVERFLOW = "ContextOverflowError";

  static OpencodeError of(FailureType type, String text) {
    return new OpencodeError(type, text, Optional.empty());
  }

  /** Whether the context was too long; opencode then makes it shorter and goes on. */
  boolean isOverflow() {
    return text.startsWith(OVERFLOW);
  }

  /** Reads the {@code error} object of an event: a name, and data that depends on it. */
  static OpencodeError of(JsonNode error) {
    JsonNode data = error.path("data");
    String name = error.path("name").asString("error");
    String message = data.path("message").asString("");
    int status = data.path("statusCode").asInt(0);
    String text =
        (status == 0 ? name : "HTTP " + status) + (message.isEmpty() ? "" : ": " + message);
    return new OpencodeError(type(name, status, data), oneLine(text), retryAfter(data));
  }

  private static FailureType type(String name, int status, JsonNode data) {
    return switch (name) {
      case "ProviderAuthError" -> FailureType.AUTHENTICATION;
      case "MessageAbortedError" -> FailureType.STOPPED;
      case "MessageOutputLengthError" -> FailureType.TRUNCATED;
      // an unknown model or provider; opencode tells the cause only in its own log
      case "UnknownError" -> FailureType.CONFIGURATION;
      case "APIError" -> ofStatus(status, data);
      default -> FailureType.AGENT_ERROR;
    };
  }

  private static FailureType ofStatus(int status, JsonNode data) {
    String body = data.path("responseBody").asString("").toLowerCase(Locale.ROOT);
    return switch (status) {
      case 401, 403 -> FailureType.AUTHENTICATION;
      case 402 -> FailureType.QUOTA;
      case 404 -> FailureType.CONFIGURATION;
      case 429 -> body.contains("insufficient_quota") ? FailureType.QUOTA : FailureType.RATE_LIMIT;
      case 503, 529 -> FailureType.OVERLOADED;
      default ->
          data.path("isRetryable").asBoolean(false)
              ? FailureType.TRANSIENT
              : FailureType.AGENT_ERROR;
    };
  }

  private static Optional<Duration> retryAfter(JsonNode data) {
    for (Map.Entry<String, JsonNode> header : data.path("responseHeaders").properties()) {
      String seconds = header.getValue().asString("");
      if (header.getKey().equalsIgnoreCase("retry-after")
          && seconds.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
        double millis = Math.ceil(Double.parseDouble(seconds) * 1000);
        return Optional.of(Duration.ofMillis((long) millis)); // 9 digits of seconds are no overflow
      }
    }
    return Optional.empty();
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= 500 ? line : line.substring(0, 500) + "…";
  }
}
