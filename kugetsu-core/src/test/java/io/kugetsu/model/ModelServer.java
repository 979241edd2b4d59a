package io.kugetsu.model;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * A model that does what the prompt says: an OpenAI-compatible server on the loopback interface for
 * tests that drive a real agent without a network.
 *
 * <p>Each {@code MODEL: } in the last user message begins a directive that reaches to the end of
 * its line. Every directive is one turn of the model, played in order; what comes after the last
 * one, and a message without any, gets a canned answer. The turn is read from the request (the
 * assistant messages after the last user message), so conversations may be resumed, forked and
 * replayed. Example:
 *
 * <pre>
 * MODEL: write-file a.txt one
 * MODEL: and write-file b.txt two
 * MODEL: shell git add -A &amp;&amp; git commit -m "two files"
 * MODEL: say committed
 * </pre>
 *
 * <table>
 * <caption>Directives; in TEXT, {@code \n} stands for a line break</caption>
 * <tr><th>directive</th><th>the model's turn</th></tr>
 * <tr><td>{@code say TEXT}</td><td>that text</td></tr>
 * <tr><td>{@code empty}</td><td>an answer without text</td></tr>
 * <tr><td>{@code length}</td><td>a text cut by the length limit</td></tr>
 * <tr><td>{@code write-file PATH TEXT}</td><td>a call that writes exactly that text</td></tr>
 * <tr><td>{@code read-file PATH}</td><td>a call that reads the file</td></tr>
 * <tr><td>{@code shell COMMAND}</td><td>a call that runs the command</td></tr>
 * <tr><td>{@code tool NAME JSON}</td><td>a call of that tool with these arguments</td></tr>
 * <tr><td>{@code and CALL}</td><td>one more tool call in the turn of the directive before</td></tr>
 * <tr><td>{@code slow SECONDS [DIRECTIVE]}</td><td>the same, that much later; may be 0.2</td></tr>
 * <tr><td>{@code gate NAME [DIRECTIVE]}</td><td>the same, once {@link #release} was called</td></tr>
 * <tr><td>{@code error STATUS [TIMES] [retry-after S]}</td>
 * <td>that HTTP status, always or for the first attempts, then the canned answer</td></tr>
 * <tr><td>{@code never}</td><td>not one byte until the server is closed</td></tr>
 * <tr><td>{@code stall}</td>
 * <td>headers and a first word, then nothing until the client hangs up or the server is closed</td>
 * </tr>
 * </table>
 *
 * <p>A directive that is not understood is answered with status 400. Attempts are counted per
 * prompt, turn and length of the conversation: let prompts with counted errors differ. Requests
 * without tools are auxiliary (titles, summaries) and always get the canned answer. Every answer
 * reports 100 prompt tokens and 10 completion tokens. While a stream stalls, comments go on being
 * sent, since only a write shows that the client has gone; they also keep its timeout for pauses in
 * a stream from striking. An agent that waits {@code retry-after} is quick with {@code 0.05}.
 *
 * <p>Safe for use by several threads.
 */
public final class ModelServer implements AutoCloseable {

  /** The id of the only model. */
  public static final String MODEL = "scripted";

  private final Journal journal = new Journal();
  private final ServerThreads threads = new ServerThreads();
  private final ExecutorService workers = Executors.newCachedThreadPool(threads::worker);
  private final HttpServer server;

  private ModelServer() {
    server = threads.call(this::listen);
  }

  /**
   * Starts a server on a free port.
   *
   * @throws IllegalStateException if it cannot listen
   */
  public static ModelServer start() {
    return new ModelServer();
  }

  private HttpServer listen() throws IOException {
    HttpServer listening =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    listening.setExecutor(workers);
    ChatHandler handler = new ChatHandler(journal);
    listening.createContext("/v1/chat/completions", handler::chat);
    listening.createContext("/v1/models", handler::models);
    listening.start();
    return listening;
  }

  /** The address that clients are configured with, ending in {@code /v1}. */
  public URI baseUrl() {
    InetSocketAddress address = server.getAddress();
    return URI.create(
        "http://%s:%d/v1".formatted(address.getAddress().getHostAddress(), address.getPort()));
  }

  /** All chat requests so far, in the order of their arrival. */
  public List<ModelRequest> requests() {
    return journal.requests();
  }

  /**
   * Waits for a request, which may have come already; returns at its arrival, before its answer.
   *
   * @return the first that matches
   * @throws AssertionError if none came in time
   */
  public ModelRequest awaitRequest(Predicate<? super ModelRequest> wanted, Duration limit) {
    return awaitRequests(1, wanted, limit).get(0);
  }

  /**
   * Waits until that many requests match, those included that have come already.
   *
   * @return the first {@code count} that match, in the order of their arrival
   * @throws AssertionError if there were fewer in time
   */
  public List<ModelRequest> awaitRequests(
      int count, Predicate<? super ModelRequest> wanted, Duration limit) {
    return journal.awaitRequests(count, wanted, limit);
  }

  /**
   * Waits until the client of a matching {@code stall} request has closed its connection.
   *
   * @throws AssertionError if none did in time
   */
  public void awaitHangUp(Predicate<? super ModelRequest> wanted, Duration limit) {
    journal.awaitHangUp(wanted, limit);
  }

  /** Opens a gate for all requests that wait or will come; it stays open. */
  public void release(String gate) {
    journal.open(gate);
  }

  /**
   * Ends all requests at once, parked ones by closing their connections, and all threads.
   *
   * @throws IllegalStateException if a thread is still there after ten seconds
   */
  @Override
  public void close() {
    journal.close();
    server.stop(0);
    workers.shutdownNow();
    threads.join(Duration.ofSeconds(10));
  }
}
