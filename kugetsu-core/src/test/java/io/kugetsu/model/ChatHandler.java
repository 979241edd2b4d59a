package io.kugetsu.model;

import com.sun.net.httpserver.HttpExchange;
import io.kugetsu.model.Step.Failure;
import io.kugetsu.model.Step.Reply;
import io.kugetsu.model.Step.Silence;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;

/** Answers the requests of one server as their prompts say. */
final class ChatHandler {

  private static final Duration PULSE = Duration.ofMillis(100);

  /** A gate that nobody can name, since names hold no blank. */
  private static final String NOWHERE = " ";

  private final Journal journal;
  private final ChatFormat format = new ChatFormat();

  ChatHandler(Journal journal) {
    this.journal = journal;
  }

  void models(HttpExchange exchange) throws IOException {
    send(exchange, 200, "application/json", format.models(ModelServer.MODEL));
  }

  /** Answers, or throws, at which the HTTP server cuts the connection in the middle. */
  void chat(HttpExchange exchange) throws IOException {
    try {
      answer(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted by the end of the server");
    }
  }

  private void answer(HttpExchange exchange) throws IOException, InterruptedException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      answer(exchange, ChatRequest.read(new String(body, StandardCharsets.UTF_8)));
    } catch (JacksonException e) {
      error(exchange, 400, "the body is not JSON: " + e.getOriginalMessage());
    }
  }

  private void answer(HttpExchange exchange, ChatRequest request)
      throws IOException, InterruptedException {
    Step step;
    try {
      Script script = request.auxiliary() ? Script.of("") : Script.of(request.prompt());
      step = script.at(request.turn());
    } catch (IllegalArgumentException e) {
      journal.add(request, "unknown");
      error(exchange, 400, e.getMessage());
      return;
    }
    ModelRequest entry = journal.add(request, step.scenario());
    if (!step.gate().isEmpty()) {
      goOn(journal.passes(step.gate()));
    }
    goOn(journal.pause(step.delay()));
    play(exchange, request, step, entry);
  }

  private void play(HttpExchange exchange, ChatRequest request, Step step, ModelRequest entry)
      throws IOException, InterruptedException {
    if (step.answer() instanceof Reply reply) {
      reply(exchange, request, reply);
    } else if (step.answer() instanceof Failure failure) {
      fail(exchange, request, failure);
    } else if (step.answer() instanceof Silence silence && silence.beginning()) {
      stall(exchange, request, entry);
    } else {
      goOn(journal.passes(NOWHERE));
    }
  }

  private void reply(HttpExchange exchange, ChatRequest request, Reply reply) throws IOException {
    if (request.stream()) {
      send(exchange, 200, "text/event-stream", format.stream(request.model(), reply));
    } else {
      send(exchange, 200, "application/json", format.whole(request.model(), reply));
    }
  }

  private void fail(HttpExchange exchange, ChatRequest request, Failure failure)
      throws IOException {
    if (journal.attempt(request) > failure.attempts()) {
      reply(exchange, request, Reply.text(Script.CANNED));
      return;
    }
    if (!failure.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", failure.retryAfter());
    }
    error(exchange, failure.status(), "scripted error " + failure.status());
  }

  /** Goes on sending comments, since only a write shows that the client has hung up. */
  private void stall(HttpExchange exchange, ChatRequest request, ModelRequest entry)
      throws IOException, InterruptedException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    try {
      write(out, format.beginning(request.model()));
      while (journal.pause(PULSE)) {
        write(out, ChatFormat.COMMENT);
      }
    } catch (IOException e) {
      journal.hungUp(entry);
      throw e;
    }
    goOn(false);
  }

  private static void goOn(boolean open) throws IOException {
    if (!open) {
      throw new IOException("the server was closed");
    }
  }

  private void error(HttpExchange exchange, int status, String message) throws IOException {
    send(exchange, status, "application/json", format.error(status, message));
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
