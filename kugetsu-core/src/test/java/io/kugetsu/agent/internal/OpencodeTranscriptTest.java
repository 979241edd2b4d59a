package io.kugetsu.agent.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.task.FailureType;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What opencode 1.18 prints, line by line, and what is made of it. */
class OpencodeTranscriptTest {
  private static final boolean WELL = true;
  private static final boolean BADLY = false;
  private static final String SESSION = "ses_e03a366e4ffeLGMu65Ra16W4ys";

  private static final String WRITE =
      tool(
          "m1",
          "write",
          "{\"status\":\"completed\",\"input\":{\"content\":\"hello world\\n\",\"filePath\":\"notes.txt\"},"
              + "\"output\":\"Wrote file successfully.\",\"title\":\"notes.txt\"}");
  private static final String OVERFLOW =
      error("ContextOverflowError", "{\"message\":\"the prompt is too long\"}");

  private final OpencodeTranscript transcript = new OpencodeTranscript();

  @Test
  void an_answer_is_the_text_of_the_message_that_stopped() {
    AgentReport report =
        read(
            WELL,
            start("m1"),
            text("m1", "Let me see."),
            WRITE,
            finish("m1", "tool-calls"),
            start("m2"),
            text("m2", "second one"),
            finish("m2", "stop"));

    assertEquals("second one", report.answer());
    assertEquals(Optional.empty(), report.failure());
    assertEquals("", report.error());
    assertTrue(report.worked());
    assertEquals(Optional.of(SESSION), transcript.sessionId());
    assertEquals("Let me see.\n[write completed]\nsecond one", report.lastOutput());
  }

  @Test
  void usage_adds_up_over_the_calls_of_the_model() {
    AgentReport.Usage usage =
        read(WELL, finish("m1", "tool-calls"), text("m2", "x"), finish("m2", "stop")).usage();

    assertEquals(2, usage.modelCalls());
    assertEquals(2 * (100 + 7 + 3), usage.inputTokens());
    assertEquals(2 * (10 + 5), usage.outputTokens());
    assertEquals(0.0009, usage.cost(), 1e-9);
  }

  @Test
  void work_without_a_text_is_done() {
    AgentReport report = read(WELL, start("m1"), finish("m1", "stop"));

    assertEquals(Optional.empty(), report.failure());
    assertEquals("", report.answer());
    assertTrue(report.worked());
  }

  @Test
  void the_session_is_known_from_the_first_line() {
    transcript.line(start("m1"));

    assertEquals(Optional.of(SESSION), transcript.sessionId());
  }

  @Test
  void an_identifier_that_would_be_an_option_is_not_taken() {
    transcript.line("{\"type\":\"step_start\",\"sessionID\":\"--auto\"}");
    assertEquals(Optional.empty(), transcript.sessionId());

    transcript.line(start("m1"));
    assertEquals(Optional.of(SESSION), transcript.sessionId());
  }

  @Test
  void an_error_after_a_tool_fails_and_says_that_work_was_done() {
    AgentReport report =
        read(BADLY, start("m1"), WRITE, finish("m1", "tool-calls"), api(401, false, "{}"));

    assertFailed(FailureType.AUTHENTICATION, "HTTP 401: scripted error 401", report);
    assertTrue(report.worked());
  }

  @Test
  void refused_credentials_before_any_work_fail() {
    AgentReport report = read(BADLY, api(401, false, "{}"));

    assertFailed(FailureType.AUTHENTICATION, "HTTP 401: scripted error 401", report);
    assertFalse(report.worked());
    assertEquals("error: HTTP 401: scripted error 401", report.lastOutput());
  }

  @Test
  void a_rate_limit_says_how_long_to_wait() {
    AgentReport report = read(BADLY, api(429, true, "{\"Retry-After\":\"0.1\"}"));

    assertFailed(FailureType.RATE_LIMIT, "HTTP 429: scripted error 429", report);
    assertEquals(Optional.of(Duration.ofMillis(100)), report.retryAfter());
    assertFalse(report.worked());
  }

  @Test
  void a_wait_that_is_no_number_of_seconds_or_beyond_a_day_is_not_believed() {
    assertEquals(
        Optional.empty(),
        read(BADLY, api(429, true, "{\"retry-after\":\"Wed, 21 Oct 2026 07:28:00 GMT\"}"))
            .retryAfter());
    assertEquals(
        Optional.of(Duration.ofDays(1)),
        read(BADLY, api(429, true, "{\"retry-after\":\"999999999\"}")).retryAfter());
  }

  @Test
  void each_status_of_the_provider_has_its_meaning() {
    assertEquals(FailureType.TRANSIENT, failure(api(500, true, "{}")));
    assertEquals(FailureType.OVERLOADED, failure(api(503, true, "{}")));
    assertEquals(FailureType.AGENT_ERROR, failure(api(400, false, "{}")));
    assertEquals(FailureType.QUOTA, failure(api(402, false, "{}")));
    assertEquals(FailureType.AUTHENTICATION, failure(api(403, false, "{}")));
    assertEquals(FailureType.CONFIGURATION, failure(api(404, false, "{}")));
    assertEquals(
        FailureType.QUOTA,
        failure(
            error(
                "APIError",
                "{\"message\":\"m\",\"statusCode\":429,\"isRetryable\":true,"
                    + "\"responseBody\":\"{\\\"code\\\":\\\"insufficient_quota\\\"}\"}")));
  }

  @Test
  void a_connection_that_is_refused_passes() {
    AgentReport report =
        read(
            BADLY,
            error(
                "APIError",
                "{\"message\":\"Cannot connect to API: Unable to connect.\",\"isRetryable\":true}"));

    assertFailed(
        FailureType.TRANSIENT, "APIError: Cannot connect to API: Unable to connect.", report);
  }

  @Test
  void an_unknown_model_is_a_matter_of_configuration() {
    assertEquals(
        FailureType.CONFIGURATION,
        failure(error("UnknownError", "{\"message\":\"Unexpected server error.\"}")));
  }

  @Test
  void an_error_of_a_kind_that_is_not_known_fails_all_the_same() {
    AgentReport report = read(BADLY, error("BrandNewError", "{}"));

    assertFailed(FailureType.AGENT_ERROR, "BrandNewError", report);
  }

  @Test
  void an_answer_after_a_context_that_was_too_long_is_an_answer_in_spite_of_the_exit_code() {
    AgentReport report =
        read(
            BADLY,
            start("m1"),
            OVERFLOW,
            text("m2", "a summary"),
            finish("m2", "stop"),
            text("m3", "the answer"),
            finish("m3", "stop"));

    assertEquals(Optional.empty(), report.failure(), report.error());
    assertEquals("the answer", report.answer());
  }

  @Test
  void a_context_that_stays_too_long_fails() {
    assertFailed(
        FailureType.AGENT_ERROR,
        "ContextOverflowError: the prompt is too long",
        read(BADLY, start("m1"), OVERFLOW));
  }

  @Test
  void an_error_after_the_summary_counts() {
    assertFailed(
        FailureType.AUTHENTICATION,
        "HTTP 401: scripted error 401",
        read(BADLY, OVERFLOW, text("m2", "s"), finish("m2", "stop"), api(401, false, "{}")));
  }

  @Test
  void an_answer_does_not_make_an_exit_code_good_that_nothing_explains() {
    AgentReport report =
        read(BADLY, text("m1", "done"), finish("m1", "stop"), "panic: out of memory");

    assertFailed(FailureType.EXIT_CODE, "panic: out of memory", report);
    assertEquals("done", report.answer());
  }

  @Test
  void an_error_is_not_forgiven_for_an_answer_when_the_exit_code_is_bad() {
    assertFailed(
        FailureType.AUTHENTICATION,
        "HTTP 401: scripted error 401",
        read(BADLY, api(401, false, "{}"), text("m1", "done"), finish("m1", "stop")));
  }

  @Test
  void a_permission_that_was_refused_ends_the_run_with_a_good_exit_code_and_no_answer() {
    AgentReport report =
        read(
            WELL,
            start("m1"),
            "\u001B[93m\u001B[1m! \u001B[0mpermission requested: external_directory (/etc/*);"
                + " auto-rejecting",
            tool("m1", "read", "{\"status\":\"error\",\"error\":\"The user rejected permission\"}"),
            finish("m1", "tool-calls"));

    assertFailed(FailureType.PERMISSION, "the agent was not permitted to go on", report);
    assertEquals(
        "! permission requested: external_directory (/etc/*); auto-rejecting\n"
            + "[read error]\nThe user rejected permission",
        report.lastOutput());
  }

  @Test
  void a_run_that_ends_after_its_tools_was_cut_off() {
    assertEquals(
        Optional.of(FailureType.AGENT_ERROR),
        read(WELL, start("m1"), WRITE, finish("m1", "tool-calls")).failure());
  }

  @Test
  void an_answer_that_was_cut_by_the_limit_is_not_done_but_kept() {
    AgentReport report = read(WELL, text("m1", "This answer was"), finish("m1", "length"));

    assertEquals(Optional.of(FailureType.TRUNCATED), report.failure());
    assertEquals("This answer was", report.answer());
  }

  @Test
  void a_line_that_is_broken_among_good_ones_is_passed_over() {
    AgentReport report =
        read(
            WELL,
            start("m1"),
            "{\"type\":\"text\",\"part\":{\"messageID\":\"m1\",\"te",
            "{}",
            "{\"type\":7}",
            "[]",
            "",
            "{\"type\":\"text\"}",
            "{\"type\":\"brand_new\",\"part\":[1]}",
            text("m1", "good"),
            finish("m1", "stop"));

    assertEquals(Optional.empty(), report.failure());
    assertEquals("good", report.answer());
  }

  @Test
  void items_that_are_open_on_the_list_are_work_that_is_left() {
    AgentReport report =
        read(
            WELL,
            todos("completed", "in_progress", "pending", "cancelled"),
            finish("m1", "tool-calls"),
            text("m2", "I stop here"),
            finish("m2", "stop"));

    assertFailed(FailureType.OPEN_TODOS, "the agent stopped with 2 open items on its list", report);
    assertEquals("I stop here", report.answer());
  }

  @Test
  void the_last_list_counts() {
    assertEquals(
        Optional.empty(),
        read(WELL, todos("pending"), todos("completed"), finish("m1", "stop")).failure());
  }

  @Test
  void a_complaint_without_any_model_call_is_told_without_its_colours() {
    AgentReport report =
        read(
            BADLY,
            "\u001B[?25l\u001B[91m\u001B[1mError: \u001B[0mConfig file at OPENCODE_CONFIG_CONTENT"
                + " is not valid JSON\u001B[?25h");

    assertFailed(
        FailureType.CONFIGURATION,
        "Error: Config file at OPENCODE_CONFIG_CONTENT is not valid JSON",
        report);
    assertFalse(report.worked());
  }

  @Test
  void a_session_that_is_gone_is_told() {
    AgentReport report = read(BADLY, "\u001B[91m\u001B[1mError: \u001B[0mSession not found");

    assertFailed(FailureType.CONFIGURATION, "Error: Session not found", report);
    assertFalse(report.worked());
  }

  @Test
  void a_database_that_others_hold_locked_passes() {
    AgentReport report =
        read(
            BADLY, "\u001B[91m\u001B[1mError: \u001B[0mUnexpected error", "", "database is locked");

    assertFailed(FailureType.TRANSIENT, "database is locked", report);
    assertFalse(report.worked());
  }

  @Test
  void a_database_that_was_locked_after_work_was_done_is_no_reason_to_begin_anew() {
    AgentReport report =
        read(BADLY, start("m1"), WRITE, finish("m1", "tool-calls"), "database is locked");

    assertTrue(report.worked());
    assertEquals(Optional.of(FailureType.AGENT_ERROR), report.failure());
  }

  @Test
  void silence_is_not_success() {
    AgentReport report = read(WELL);

    assertFailed(
        FailureType.NO_MODEL_CALL, "the agent ended without an answer of its model", report);
    assertFalse(report.worked());
    assertEquals("", report.lastOutput());
    assertEquals(Optional.empty(), transcript.sessionId());
  }

  @Test
  void a_first_word_that_nothing_followed_is_not_success() {
    assertEquals(Optional.of(FailureType.NO_MODEL_CALL), read(WELL, start("m1")).failure());
  }

  private AgentReport read(boolean exitedWell, String... lines) {
    for (String line : lines) {
      transcript.line(line);
    }
    return transcript.report(exitedWell);
  }

  private static FailureType failure(String error) {
    OpencodeTranscript fresh = new OpencodeTranscript();
    fresh.line(error);
    return fresh.report(BADLY).failure().orElseThrow();
  }

  private static void assertFailed(FailureType type, String error, AgentReport report) {
    assertEquals(Optional.of(type), report.failure(), report.error());
    assertEquals(error, report.error());
  }

  private static String event(String type, String rest) {
    return "{\"type\":\""
        + type
        + "\",\"timestamp\":1795235290490,\"sessionID\":\""
        + SESSION
        + "\","
        + rest
        + "}";
  }

  private static String part(String event, String type, String message, String rest) {
    return event(
        event,
        "\"part\":{\"id\":\"prt_1\",\"messageID\":\""
            + message
            + "\",\"sessionID\":\""
            + SESSION
            + "\",\"type\":\""
            + type
            + "\","
            + rest
            + "}");
  }

  private static String start(String message) {
    return part("step_start", "step-start", message, "\"snapshot\":\"c17eaea\"");
  }

  private static String text(String message, String text) {
    return part("text", "text", message, "\"text\":\"" + text + "\",\"time\":{\"start\":1}");
  }

  private static String finish(String message, String reason) {
    return part(
        "step_finish",
        "step-finish",
        message,
        "\"reason\":\""
            + reason
            + "\",\"tokens\":{\"total\":125,\"input\":100,\"output\":10,\"reasoning\":5,"
            + "\"cache\":{\"write\":3,\"read\":7}},\"cost\":0.00045");
  }

  private static String tool(String message, String name, String state) {
    return part(
        "tool_use",
        "tool",
        message,
        "\"tool\":\"" + name + "\",\"callID\":\"call-4\",\"state\":" + state);
  }

  private static String todos(String... stages) {
    StringBuilder items = new StringBuilder();
    for (String stage : stages) {
      items
          .append(items.isEmpty() ? "" : ",")
          .append("{\"content\":\"x\",\"status\":\"" + stage + "\",\"priority\":\"low\"}");
    }
    return tool(
        "m1",
        "todowrite",
        "{\"status\":\"completed\",\"input\":{\"todos\":[" + items + "]},\"output\":\"\"}");
  }

  private static String error(String name, String data) {
    return event("error", "\"error\":{\"name\":\"" + name + "\",\"data\":" + data + "}");
  }

  private static String api(int status, boolean retryable, String headers) {
    return error(
        "APIError",
        "{\"message\":\"scripted error "
            + status
            + "\",\"statusCode\":"
            + status
            + ",\"isRetryable\":"
            + retryable
            + ",\"responseHeaders\":"
            + headers
            + ",\"responseBody\":\"{}\",\"metadata\":{\"url\":\"http://127.0.0.1:1/v1\"}}");
  }
}
