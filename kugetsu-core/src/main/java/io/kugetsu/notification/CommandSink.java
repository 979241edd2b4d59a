package io.kugetsu.notification;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.process.PipeRunner;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.process.RunningProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts a command for each notification, which gets it as one line of JSON ({@link
 * NotificationJson}) on its standard input, and nothing of it on its command line. It was delivered
 * when the command ends with exit code 0 in time; whatever the command leaves running is ended.
 * Immutable; make it with {@link #builder}.
 */
@Experimental
public final class CommandSink implements NotificationSink {
  private static final int SHOWN = 500;
  private static final long OUTPUT_CEILING = 16L << 20;

  private final String name;
  private final List<String> argv;
  private final Path directory;
  private final Map<String, String> environment;
  private final Duration timeout;

  private CommandSink(Builder builder) {
    name = builder.name;
    argv = builder.argv;
    directory = builder.directory;
    environment = builder.environment;
    timeout = builder.timeout;
  }

  /**
   * Begins a sink.
   *
   * @param name its name, see {@link NotificationSink#name()}
   * @param argv the program and its arguments, handed over word by word without any shell
   * @return the builder
   * @throws InvalidRequestException when there is no program
   */
  public static Builder builder(String name, List<String> argv) {
    return new Builder(name, argv);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void deliver(Notification notification) throws InterruptedException {
    SecretMasker masker = SecretMasker.of(environment);
    ProcessSpec spec =
        ProcessSpec.builder(argv, directory, environment)
            .stdin(NotificationJson.write(notification) + "\n")
            .masker(masker)
            .outputCeiling(OUTPUT_CEILING)
            .build();
    try (PipeRunner runner = new PipeRunner()) { // closing it leaves nothing of the tree
      RunningProcess process = runner.start(spec);
      ProcessExit exit = process.exit().toCompletableFuture().get(nanos(), TimeUnit.NANOSECONDS);
      if (!exit.isSuccess()) {
        throw new DeliveryFailedException(
            program() + " ended with " + how(exit) + shown(process.tail(SHOWN)));
      }
    } catch (TimeoutException e) {
      throw new DeliveryFailedException(program() + " took longer than " + timeout);
    } catch (ExecutionException e) {
      throw new DeliveryFailedException(program() + " could not be followed: " + e.getCause());
    }
  }

  private long nanos() {
    return timeout.isZero() ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(timeout);
  }

  private String program() {
    return "the command " + argv.get(0);
  }

  private static String how(ProcessExit exit) {
    return exit.signal()
        .orElseGet(
            () -> exit.code().isPresent() ? "exit code " + exit.code().getAsInt() : "no exit");
  }

  private static String shown(String tail) {
    return tail.isBlank() ? "" : ": " + tail.strip();
  }

  /** Collects what a sink is made of. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final List<String> argv;
    private Path directory = Path.of("/");
    private Map<String, String> environment = System.getenv();
    private Duration timeout = Duration.ofSeconds(30);

    private Builder(String name, List<String> argv) {
      this.name = Objects.requireNonNull(name, "name");
      this.argv = List.copyOf(argv);
      if (argv.isEmpty() || argv.get(0).isEmpty()) {
        throw new InvalidRequestException("a command needs a program");
      }
    }

    /**
     * Where the command works.
     *
     * @param value a directory; default the root directory
     * @return this builder
     */
    public Builder directory(Path value) {
      directory = Objects.requireNonNull(value, "directory");
      return this;
    }

    /**
     * The command's complete environment. What looks like a secret in it is masked in what is
     * logged of the command.
     *
     * @param value variables by name; default those of this program
     * @return this builder
     */
    public Builder environment(Map<String, String> value) {
      environment = Map.copyOf(value);
      return this;
    }

    /**
     * How long the command may take; after that its tree is ended and the delivery has failed.
     *
     * @param value the time; default 30 seconds; 0 for any time
     * @return this builder
     * @throws InvalidRequestException when negative
     */
    public Builder timeout(Duration value) {
      if (value.isNegative()) {
        throw new InvalidRequestException("a time-out is not negative");
      }
      timeout = value;
      return this;
    }

    /** {@return the sink} */
    public CommandSink build() {
      return new CommandSink(this);
    }
  }
}
