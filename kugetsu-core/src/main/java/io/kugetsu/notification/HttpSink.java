package io.kugetsu.notification;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Posts each notification to an HTTP endpoint, as one line of JSON ({@link NotificationJson})
 * unless a chat bot wants another body. It was delivered when the answer's status is 2xx;
 * redirections are not followed. Any other answer, and none in time, is a delivery that failed and
 * is tried again; a {@code Retry-After} of the answer is honoured up to five minutes. Neither the
 * token nor the address, whose path may be a secret of the endpoint, is ever in a message or a log;
 * of the address the host is.
 *
 * <p>Make it with {@link #builder}. Thread-safe. It has threads of the JDK's HTTP client from the
 * first delivery on, until nobody holds it any more.
 */
@Experimental
public final class HttpSink implements NotificationSink {
  private final String name;
  private final URI address;
  private final Function<? super Notification, String> body;
  private final @Nullable String tokenVariable;
  private final Map<String, String> environment;
  private final Duration timeout;
  private @Nullable HttpClient client;

  private HttpSink(Builder builder) {
    name = builder.name;
    address = builder.address;
    body = builder.body;
    tokenVariable = builder.tokenVariable;
    environment = builder.environment;
    timeout = builder.timeout;
  }

  /**
   * Begins a sink.
   *
   * @param name its name, see {@link NotificationSink#name()}
   * @param address an http or https address with a host, without user and password
   * @return the builder
   * @throws InvalidRequestException when the address is another one
   */
  public static Builder builder(String name, URI address) {
    return new Builder(name, address);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void deliver(Notification notification) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(body.apply(notification)));
    if (tokenVariable != null) {
      request.header("Authorization", "Bearer " + token(tokenVariable));
    }
    HttpResponse<Void> response = send(request.build());
    int status = response.statusCode();
    if (status < 200 || status > 299) {
      throw new DeliveryFailedException(
          host() + " answered with status " + status,
          response.headers().firstValue("Retry-After").map(HttpSink::wait).orElse(null));
    }
  }

  /** The whole exchange within the time, an answer that never ends too. */
  private HttpResponse<Void> send(HttpRequest request) throws InterruptedException {
    CompletableFuture<HttpResponse<Void>> answer =
        client().sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      return answer.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new DeliveryFailedException(host() + " did not answer within " + timeout);
    } catch (ExecutionException e) {
      throw new DeliveryFailedException(host() + " could not be reached: " + kind(e.getCause()));
    } finally {
      answer.cancel(true);
    }
  }

  private synchronized HttpClient client() {
    HttpClient made = client;
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .connectTimeout(timeout)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
      client = made;
    }
    return made;
  }

  /** What the client would say of a bad header quotes it. */
  private String token(String variable) {
    String token = environment.getOrDefault(variable, "").strip();
    if (token.isEmpty() || token.chars().anyMatch(it -> it <= ' ' || it > '~')) {
      throw new DeliveryFailedException("the variable " + variable + " holds no token");
    }
    return token;
  }

  /** Its message may quote the address. */
  private static String kind(@Nullable Throwable cause) {
    return cause instanceof IOException ? cause.getClass().getSimpleName() : "it failed";
  }

  private String host() {
    int port = address.getPort();
    return address.getHost() + (port < 0 ? "" : ":" + port);
  }

  /** Seconds, or a date; null when it is neither. */
  private static @Nullable Duration wait(String header) {
    try {
      return Duration.ofSeconds(Math.max(0, Long.parseLong(header.strip())));
    } catch (NumberFormatException e) {
      return waitUntil(header.strip());
    }
  }

  private static @Nullable Duration waitUntil(String date) {
    try {
      Instant then = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), then);
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Collects what a sink is made of. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final URI address;
    private Function<? super Notification, String> body = NotificationJson::write;
    private @Nullable String tokenVariable;
    private Map<String, String> environment = System.getenv();
    private Duration timeout = Duration.ofSeconds(10);

    private Builder(String name, URI address) {
      this.name = Objects.requireNonNull(name, "name");
      this.address = address;
      String scheme = String.valueOf(address.getScheme());
      if ((!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https"))
          || address.getHost() == null
          || address.getUserInfo() != null) {
        throw new InvalidRequestException(
            "an http or https address with a host, without user and password, is needed");
      }
    }

    /**
     * What is posted.
     *
     * @param value makes the body, JSON, of a notification; default {@link NotificationJson#write}
     * @return this builder
     */
    public Builder body(Function<? super Notification, String> value) {
      body = Objects.requireNonNull(value, "body");
      return this;
    }

    /**
     * The variable that holds the token, which is sent as {@code Authorization: Bearer}.
     *
     * @param variable its name; default none
     * @return this builder
     */
    public Builder bearerToken(String variable) {
      tokenVariable = Objects.requireNonNull(variable, "variable");
      return this;
    }

    /**
     * Where the token is looked up.
     *
     * @param value variables by name; default those of this program
     * @return this builder
     */
    public Builder environment(Map<String, String> value) {
      environment = Map.copyOf(value);
      return this;
    }

    /**
     * How long a delivery may take, the connection included.
     *
     * @param value the time, more than 0; default 10 seconds
     * @return this builder
     * @throws InvalidRequestException when it is not
     */
    public Builder timeout(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new InvalidRequestException("a time-out is more than 0");
      }
      timeout = value;
      return this;
    }

    /** {@return the sink} */
    public HttpSink build() {
      return new HttpSink(this);
    }
  }
}
