package io.kugetsu.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.Until;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sinks that ship, with real commands and a real server. */
class SinksTest extends LeakFree {
  private static final String TOKEN = "t0ken-0f-the-b0t";
  private static final Notification ERROR =
      new Notification(
          "n-1",
          NotificationType.TASK_ERROR,
          Instant.parse("2026-11-21T12:00:00Z"),
          false,
          Optional.of(TaskId.next(Clock.systemUTC())),
          Optional.of(IssueRef.parse("github.com/acme/shop#42")),
          "it failed: \"quotes\", umlauts äöü\nand two lines",
          Optional.of(TaskStatus.FAILED),
          Optional.of("exit_code"),
          OptionalInt.of(3),
          Optional.of("SIGKILL"),
          "the end");

  @TempDir Path temp;

  private final List<HttpServer> servers = new ArrayList<>();
  private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void stopServers() {
    released.countDown();
    servers.forEach(server -> server.stop(0));
  }

  private CommandSink.Builder shell(String script) {
    return CommandSink.builder("bot", List.of("sh", "-c", script))
        .directory(temp)
        .environment(Map.of("PATH", "/usr/bin:/bin", "BOT_TOKEN", TOKEN));
  }

  @Test
  void every_field_goes_into_json_and_back() {
    assertEquals(ERROR, NotificationJson.read(NotificationJson.write(ERROR)));
    Notification bare =
        new Notification(
            "n-2",
            NotificationType.TASK_BLOCKED,
            ERROR.at(),
            true,
            Optional.empty(),
            Optional.empty(),
            "",
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            "");
    String text = NotificationJson.write(bare);
    assertEquals(bare, NotificationJson.read(text));
    assertEquals(1, text.lines().count());
    for (String bad :
        List.of(
            "",
            "[]",
            text.replace("\"format\":1", "\"format\":2"),
            text.replace("task_blocked", "task_hibernating"))) {
      assertThrows(InvalidRequestException.class, () -> NotificationJson.read(bad), bad);
    }
  }

  @Test
  void a_command_gets_the_notification_on_its_standard_input_and_nowhere_else() throws Exception {
    shell("cat > got; tr '\\0' ' ' < /proc/$$/cmdline > words").build().deliver(ERROR);
    String got = Files.readString(temp.resolve("got"));
    assertTrue(got.endsWith("\n"), got);
    assertEquals(ERROR, NotificationJson.read(got));
    assertFalse(Files.readString(temp.resolve("words")).contains("failed"));
  }

  @Test
  void a_command_that_fails_is_a_failed_delivery_that_says_how_without_secrets() {
    DeliveryFailedException failed =
        assertThrows(
            DeliveryFailedException.class,
            () -> shell("echo no such channel: $BOT_TOKEN; exit 4").build().deliver(ERROR));
    assertTrue(failed.getMessage().contains("exit code 4"), failed.getMessage());
    assertTrue(failed.getMessage().contains("no such channel"), failed.getMessage());
    assertFalse(failed.getMessage().contains(TOKEN), failed.getMessage());
  }

  @Test
  void a_command_that_does_not_read_its_input_may_succeed() throws Exception {
    shell("exit 0").build().deliver(ERROR);
  }

  @Test
  void a_command_that_takes_too_long_is_ended_with_all_it_started() throws Exception {
    // Twice as long each time, until the machine was quick enough to come as far as the child.
    for (int seconds = 1; !Files.exists(temp.resolve("child")); seconds *= 2) {
      assertTrue(seconds < 100, "it never came as far");
      CommandSink sink =
          shell("trap '' TERM; sleep 300 & echo $! > new; mv new child; wait; sleep 300")
              .timeout(Duration.ofSeconds(seconds))
              .build();
      DeliveryFailedException failed =
          assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR));
      assertTrue(failed.getMessage().contains("took longer"), failed.getMessage());
    }
    assertGone(Long.parseLong(Files.readString(temp.resolve("child")).strip()));
  }

  @Test
  void what_a_command_leaves_running_is_ended() throws Exception {
    shell("sleep 300 > /dev/null 2>&1 & echo $! > child").build().deliver(ERROR);
    assertGone(Long.parseLong(Files.readString(temp.resolve("child")).strip()));
  }

  @Test
  void a_program_that_is_not_there_is_a_failed_delivery() {
    CommandSink sink = CommandSink.builder("bot", List.of("/no/such/program")).build();
    assertThrows(RuntimeException.class, () -> sink.deliver(ERROR));
  }

  private static void assertGone(long pid) throws Exception {
    Until.holds("process " + pid + " is gone", () -> !OsProcesses.lives(pid));
  }

  /** A server that answers as it is told, and keeps what it was asked. */
  private URI server(int status, Map<String, String> headers) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Map<String, String> request = new HashMap<>();
          exchange.getRequestHeaders().forEach((name, values) -> request.put(name, values.get(0)));
          request.put(
              "body", new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          request.put("method", exchange.getRequestMethod());
          requests.add(request);
          headers.forEach(exchange.getResponseHeaders()::add);
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    servers.add(server);
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook/s3cret-path");
  }

  private static HttpSink.Builder http(URI address) {
    return HttpSink.builder("chat", address)
        .environment(Map.of("BOT_TOKEN", TOKEN))
        .timeout(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 204})
  void a_success_of_any_kind_is_delivered(int status) throws Exception {
    http(server(status, Map.of())).bearerToken("BOT_TOKEN").build().deliver(ERROR);
    Map<String, String> request = requests.get(0);
    assertEquals("POST", request.get("method"));
    assertEquals(ERROR, NotificationJson.read(request.get("body")));
    assertEquals("Bearer " + TOKEN, request.get("Authorization"));
    assertEquals("application/json; charset=utf-8", request.get("Content-type"));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 401, 404, 500, 503})
  void anything_else_has_failed_and_tells_neither_token_nor_address(int status) throws Exception {
    HttpSink sink = http(server(status, Map.of("Location", "/"))).bearerToken("BOT_TOKEN").build();
    DeliveryFailedException failed =
        assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR));
    assertEquals(1, requests.size(), "redirections are not followed");
    assertTrue(failed.getMessage().contains(Integer.toString(status)), failed.getMessage());
    assertEquals(Optional.empty(), failed.retryAfter());
    assertFalse(failed.getMessage().contains(TOKEN), failed.getMessage());
    assertFalse(failed.getMessage().contains("s3cret"), failed.getMessage());
  }

  @Test
  void an_answer_may_say_when_to_try_again() throws Exception {
    assertEquals(Optional.of(Duration.ofSeconds(17)), retryAfter("17"));
    assertEquals(Optional.of(Duration.ZERO), retryAfter("Sun, 06 Nov 1994 08:49:37 GMT"));
    assertEquals(Optional.empty(), retryAfter("soon"));
  }

  private Optional<Duration> retryAfter(String header) throws IOException {
    HttpSink sink = http(server(429, Map.of("Retry-After", header))).build();
    return assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR)).retryAfter();
  }

  @Test
  void a_chat_bot_may_want_another_body() throws Exception {
    http(server(200, Map.of())).body(it -> "{\"text\":\"" + it.id() + "\"}").build().deliver(ERROR);
    assertEquals("{\"text\":\"n-1\"}", requests.get(0).get("body"));
  }

  @Test
  void a_missing_or_malformed_token_is_never_sent_nor_told() throws Exception {
    URI address = server(200, Map.of());
    for (String token : List.of("", "two\nlines " + TOKEN)) {
      HttpSink sink =
          http(address).environment(Map.of("BOT_TOKEN", token)).bearerToken("BOT_TOKEN").build();
      DeliveryFailedException failed =
          assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR));
      assertTrue(failed.getMessage().contains("BOT_TOKEN"), failed.getMessage());
      assertFalse(failed.getMessage().contains(TOKEN), failed.getMessage());
    }
    assertEquals(List.of(), requests);
  }

  @Test
  void a_server_that_never_answers_is_given_up_after_the_time_out() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HttpSink sink =
          http(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
              .timeout(Duration.ofMillis(300))
              .build();
      assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR));
    }
  }

  @Test
  void an_answer_that_never_ends_is_given_up_after_the_time_out() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          try {
            boolean unused = released.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    server.start();
    servers.add(server);
    HttpSink sink =
        http(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .timeout(Duration.ofMillis(500))
            .build();
    assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR));
  }

  @Test
  void a_server_that_is_not_there_is_a_failed_delivery() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    HttpSink sink = http(URI.create("http://127.0.0.1:" + port + "/s3cret-path")).build();
    DeliveryFailedException failed =
        assertThrows(DeliveryFailedException.class, () -> sink.deliver(ERROR));
    assertFalse(failed.getMessage().contains("s3cret"), failed.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host/x", "https://user:pw@host/", "/path", "http:///x"})
  void an_address_that_is_none_is_refused(String address) {
    assertThrows(
        InvalidRequestException.class, () -> HttpSink.builder("chat", URI.create(address)));
  }

  @Test
  void the_log_takes_everything() throws Exception {
    NotificationSink log = NotificationSink.log("log");
    for (NotificationType type : NotificationType.values()) {
      log.deliver(
          new Notification(
              "n-3",
              type,
              ERROR.at(),
              false,
              ERROR.task(),
              ERROR.ref(),
              ERROR.message(),
              ERROR.status(),
              ERROR.failure(),
              ERROR.exitCode(),
              ERROR.signal(),
              ERROR.lastOutput()));
    }
    assertEquals("log", log.name());
  }
}
