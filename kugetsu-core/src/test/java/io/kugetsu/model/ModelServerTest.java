package io.kugetsu.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server as a plain HTTP client sees it. */
@Timeout(30)
class ModelServerTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final List<?> TOOLS =
      List.of(Map.of("type", "function", "function", Map.of("name", "bash")));

  private final ModelServer server = ModelServer.start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close_the_server() {
    server.close();
  }

  @Test
  void the_list_of_models_holds_the_scripted_one() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri("/models")).build();
    JsonNode list = JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
    assertEquals("scripted", list.at("/data/0/id").asString());
  }

  @Test
  void a_message_without_directive_gets_the_canned_answer() throws Exception {
    assertEquals(Script.CANNED, text(ask("hello")));
    assertEquals("default", server.requests().get(0).scenario());
  }

  @Test
  void say_answers_with_the_text_and_reports_usage() throws Exception {
    JsonNode answer = ask("Please do this.\nMODEL: say one  two\\nthree\nThanks.");
    assertEquals("one  two\nthree", text(answer));
    assertEquals("stop", finish(answer));
    assertEquals(110, answer.at("/usage/total_tokens").asInt());
  }

  @Test
  void a_stream_brings_the_text_in_pieces_then_the_finish_reason_then_the_usage() throws Exception {
    List<JsonNode> events = events(stream("MODEL: say one two three").body());
    List<String> pieces =
        events.stream().map(event -> event.at("/choices/0/delta/content").asString("")).toList();
    assertEquals(List.of("", "one ", "two ", "three", "", ""), pieces);
    assertEquals("stop", events.get(4).at("/choices/0/finish_reason").asString());
    assertEquals(100, events.get(5).at("/usage/prompt_tokens").asInt());
  }

  @Test
  void a_stream_brings_tool_calls_with_their_index() throws Exception {
    List<JsonNode> events = events(stream("MODEL: shell true\nMODEL: and shell false").body());
    JsonNode calls = events.get(1).at("/choices/0/delta/tool_calls");
    assertEquals(2, calls.size());
    assertEquals(1, calls.get(1).path("index").asInt());
    assertEquals("tool_calls", events.get(2).at("/choices/0/finish_reason").asString());
  }

  @Test
  void directives_are_played_turn_by_turn_and_then_comes_the_canned_answer() throws Exception {
    String prompt = "MODEL: write-file notes.txt hello  world\\n\nMODEL: shell git add -A && ls";
    JsonNode write = ask(prompt);
    assertEquals("tool_calls", finish(write));
    assertEquals("write", call(write, 0).path("name").asString());
    assertEquals(Map.of("filePath", "notes.txt", "content", "hello  world\n"), arguments(write, 0));

    JsonNode shell = send(conversation(prompt, 1));
    assertEquals("git add -A && ls", arguments(shell, 0).get("command"));
    assertEquals(Script.CANNED, text(send(conversation(prompt, 2))));
    assertEquals(
        List.of("write-file", "shell", "end"),
        server.requests().stream().map(ModelRequest::scenario).toList());
  }

  @Test
  void only_the_last_user_message_counts() throws Exception {
    List<Object> messages = new ArrayList<>(conversation("MODEL: say first", 3));
    messages.add(Map.of("role", "user", "content", "MODEL: say second"));
    assertEquals("second", text(send(messages)));
    assertEquals(0, server.requests().get(0).turn());
  }

  @Test
  void one_turn_may_hold_several_tool_calls() throws Exception {
    JsonNode answer =
        ask("MODEL: read-file a b.txt\nMODEL: and shell true\nMODEL: and tool glob {\"x\":[1]}");
    assertEquals(Map.of("filePath", "a b.txt"), arguments(answer, 0));
    assertEquals("bash", call(answer, 1).path("name").asString());
    assertEquals("glob", call(answer, 2).path("name").asString());
    assertEquals(Map.of("x", List.of(1)), arguments(answer, 2));
    assertEquals(
        3, answer.at("/choices/0/message/tool_calls").values().stream().distinct().count());
  }

  @Test
  void empty_answers_without_text() throws Exception {
    JsonNode answer = ask("MODEL: empty");
    assertEquals("", text(answer));
    assertEquals("stop", finish(answer));
  }

  @Test
  void length_cuts_the_answer() throws Exception {
    assertEquals("length", finish(ask("MODEL: length")));
  }

  @Test
  void an_error_without_a_number_is_answered_always() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertEquals(500, post("MODEL: error 500").statusCode());
    }
  }

  @Test
  void an_error_with_a_number_ends_after_so_many_attempts_of_the_same_prompt() throws Exception {
    String prompt = "MODEL: error 429 2 retry-after 0.5";
    HttpResponse<String> first = post(prompt);
    assertEquals(429, first.statusCode());
    assertEquals("0.5", first.headers().firstValue("Retry-After").orElseThrow());
    assertTrue(JSON.readTree(first.body()).at("/error/message").asString().contains("429"));
    assertEquals(429, post(prompt).statusCode());
    assertEquals(429, post("Another one. " + prompt).statusCode());
    assertEquals(200, post(prompt).statusCode());
  }

  @Test
  void slow_delays_the_directive_that_follows_it() throws Exception {
    long start = System.nanoTime();
    assertEquals("late", text(ask("MODEL: slow 0.2 say late")));
    assertTrue(System.nanoTime() - start >= Duration.ofMillis(200).toNanos());
    assertEquals(Script.CANNED, text(ask("MODEL: slow 0")));
  }

  @Test
  void a_gate_holds_its_requests_until_it_is_released() throws Exception {
    CompletableFuture<HttpResponse<String>> held = postLater("MODEL: gate north say through");
    CompletableFuture<HttpResponse<String>> other = postLater("MODEL: gate south");
    server.awaitRequests(2, ModelRequest::isWork, LIMIT);
    server.release("north");
    assertEquals("through", text(JSON.readTree(held.get().body())));
    assertFalse(other.isDone());
    assertEquals("again", text(ask("MODEL: gate north say again")));
  }

  @Test
  void a_stalled_stream_begins_and_its_client_is_seen_to_hang_up() throws Exception {
    HttpRequest request = request(body("MODEL: stall", true));
    try (InputStream stream = client.send(request, BodyHandlers.ofInputStream()).body()) {
      assertTrue(stream.read() >= 0);
    }
    server.awaitHangUp(ModelRequest::isWork, LIMIT);
  }

  @Test
  void a_request_that_is_never_answered_ends_with_the_server_which_leaves_no_thread()
      throws Exception {
    CompletableFuture<HttpResponse<String>> never = postLater("MODEL: never");
    CompletableFuture<HttpResponse<String>> stalled = postLater("MODEL: stall");
    CompletableFuture<HttpResponse<String>> gated = postLater("MODEL: gate shut");
    CompletableFuture<HttpResponse<String>> slow = postLater("MODEL: slow 3600");
    server.awaitRequests(4, ModelRequest::isWork, LIMIT);
    assertFalse(modelThreads().isEmpty());

    server.close();

    for (CompletableFuture<?> parked : List.of(never, stalled, gated, slow)) {
      assertThrows(
          ExecutionException.class,
          () -> parked.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS),
          "a parked request got an answer");
    }
    assertEquals(List.of(), modelThreads());
  }

  @Test
  void all_threads_are_daemons() throws Exception {
    ask("hello");
    assertTrue(modelThreads().stream().allMatch(Thread::isDaemon));
  }

  @Test
  void closing_twice_is_harmless() {
    server.close();
    server.close();
  }

  @Test
  void prompts_are_recorded_byte_for_byte() throws Exception {
    String prompt =
        "  -x it's \"quoted\" $(x) `y` \\n \\\\ \t😀 e\u0301\r\n\n"
            + "0123456789abcdef\n".repeat(6_000)
            + " \n";
    ask(prompt);
    assertEquals(prompt, server.requests().get(0).prompt());
  }

  @Test
  void the_parts_of_a_message_are_recorded_as_one_text() throws Exception {
    List<?> parts =
        List.of(Map.of("type", "text", "text", "one "), Map.of("type", "text", "text", "two"));
    send(List.of(Map.of("role", "user", "content", parts)));
    assertEquals("one two", server.requests().get(0).prompt());
  }

  @Test
  void a_request_without_tools_is_auxiliary_and_plays_no_scenario() throws Exception {
    String body =
        JSON.writeValueAsString(
            Map.of("model", "scripted", "messages", conversation("MODEL: error 500", 0)));
    HttpResponse<String> answer = client.send(request(body), BodyHandlers.ofString());
    assertEquals(Script.CANNED, text(JSON.readTree(answer.body())));
    assertTrue(server.requests().get(0).auxiliary());
    assertEquals(body, server.requests().get(0).body());
  }

  @Test
  void what_is_not_understood_is_refused_with_the_reason() throws Exception {
    for (String wrong :
        List.of("dance", "error lots", "slow soon", "shell", "gate", "tool bash {", "tool bash")) {
      assertEquals(400, post("MODEL: " + wrong).statusCode(), wrong);
    }
    assertEquals(400, post("MODEL: say x\nMODEL: and shell true").statusCode());
    assertTrue(post("MODEL: dance").body().contains("unknown directive 'dance'"));
    assertEquals(400, client.send(request("{"), BodyHandlers.ofString()).statusCode());
  }

  @Test
  void waiting_for_a_request_that_does_not_come_fails_and_shows_what_came() throws Exception {
    ask("MODEL: say here");
    AssertionError failure =
        assertThrows(
            AssertionError.class,
            () -> server.awaitRequest(ModelRequest::auxiliary, Duration.ofMillis(20)));
    assertTrue(failure.getMessage().contains("#1 say turn 0 [MODEL: say here]"));
  }

  private HttpResponse<String> post(String prompt) throws IOException, InterruptedException {
    return client.send(request(body(prompt, false)), BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> postLater(String prompt) {
    return client.sendAsync(request(body(prompt, false)), BodyHandlers.ofString());
  }

  private HttpResponse<String> stream(String prompt) throws IOException, InterruptedException {
    return client.send(request(body(prompt, true)), BodyHandlers.ofString());
  }

  private JsonNode ask(String prompt) throws IOException, InterruptedException {
    return send(conversation(prompt, 0));
  }

  private JsonNode send(List<?> messages) throws IOException, InterruptedException {
    HttpRequest request = request(body(messages, false));
    return JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
  }

  private HttpRequest request(String body) {
    return HttpRequest.newBuilder(uri("/chat/completions"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8))
        .build();
  }

  private URI uri(String path) {
    return URI.create(server.baseUrl() + path);
  }

  private static String body(String prompt, boolean stream) {
    return body(conversation(prompt, 0), stream);
  }

  private static String body(List<?> messages, boolean stream) {
    return JSON.writeValueAsString(
        Map.of("model", "scripted", "stream", stream, "tools", TOOLS, "messages", messages));
  }

  private static List<?> conversation(String prompt, int turns) {
    List<Object> messages = new ArrayList<>();
    messages.add(Map.of("role", "system", "content", "MODEL: say wrong"));
    messages.add(Map.of("role", "user", "content", prompt));
    for (int turn = 0; turn < turns; turn++) {
      messages.add(Map.of("role", "assistant", "content", "turn " + turn));
      messages.add(Map.of("role", "tool", "content", "result " + turn));
    }
    return messages;
  }

  private static List<JsonNode> events(String stream) {
    List<String> lines = stream.lines().filter(line -> !line.isEmpty()).toList();
    assertEquals("data: [DONE]", lines.get(lines.size() - 1));
    return lines.subList(0, lines.size() - 1).stream()
        .map(line -> JSON.readTree(line.substring("data: ".length())))
        .toList();
  }

  private static String text(JsonNode answer) {
    return answer.at("/choices/0/message/content").asString();
  }

  private static String finish(JsonNode answer) {
    return answer.at("/choices/0/finish_reason").asString();
  }

  private static JsonNode call(JsonNode answer, int index) {
    return answer.at("/choices/0/message/tool_calls/%d/function".formatted(index));
  }

  private static Map<?, ?> arguments(JsonNode answer, int index) {
    return JSON.readValue(call(answer, index).path("arguments").asString(), Map.class);
  }

  private static List<Thread> modelThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("test-model-"))
        .toList();
  }
}
