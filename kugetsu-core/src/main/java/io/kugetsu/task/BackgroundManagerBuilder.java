package io.kugetsu.task;

import io.kugetsu.common.Limits;
import io.kugetsu.engine.Engine;
import io.kugetsu.task.internal.Standalone;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Settings for one opening of a {@link BackgroundManager} alone. Not thread-safe; can be used for
 * several openings.
 */
public final class BackgroundManagerBuilder {
  private final Path directory;
  private @Nullable Engine engine;
  private @Nullable Executor executor;
  private @Nullable Timers timers;
  private Clock clock = Clock.systemUTC();
  private Supplier<Limits> limits = Limits::none;
  private Map<String, String> environment = System.getenv();
  private Retention retention = Retention.DEFAULT;

  BackgroundManagerBuilder(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  /**
   * Where tasks are kept.
   *
   * @param value the engine, which stays the caller's to close; default files in the directory
   * @return this builder
   */
  public BackgroundManagerBuilder engine(Engine value) {
    engine = Objects.requireNonNull(value, "engine");
    return this;
  }

  /**
   * Runs the work of the host, the beginnings and ends of all work, and the callbacks.
   *
   * @param value the executor, which stays the caller's to close, has threads to spare and never
   *     runs a task in the thread that hands it over; default daemon threads named {@code
   *     kugetsu-work-…}
   * @return this builder
   */
  public BackgroundManagerBuilder executor(Executor value) {
    executor = Objects.requireNonNull(value, "executor");
    return this;
  }

  /**
   * Tells when deadlines are over.
   *
   * @param value the timers; default the system's, on a daemon thread named {@code kugetsu-timer-…}
   * @return this builder
   */
  public BackgroundManagerBuilder timers(Timers value) {
    timers = Objects.requireNonNull(value, "timers");
    return this;
  }

  /**
   * Tells the time for what is written down. Nothing ends, starts or expires by it but the
   * retention.
   *
   * @param value the clock; default the system's
   * @return this builder
   */
  public BackgroundManagerBuilder clock(Clock value) {
    clock = Objects.requireNonNull(value, "clock");
    return this;
  }

  /**
   * How many may run at once, for each key that a task names.
   *
   * @param value the limits, asked at each start; default none
   * @return this builder
   */
  public BackgroundManagerBuilder limits(Supplier<Limits> value) {
    limits = Objects.requireNonNull(value, "limits");
    return this;
  }

  /**
   * What commands may inherit from, and whose secrets are masked in what is read of their output.
   *
   * @param value variables by name; default this JVM's environment
   * @return this builder
   */
  public BackgroundManagerBuilder environment(Map<String, String> value) {
    environment = Map.copyOf(value);
    return this;
  }

  /**
   * For how long ended tasks are kept.
   *
   * @param value the retention; default {@link Retention#DEFAULT}
   * @return this builder
   */
  public BackgroundManagerBuilder retention(Retention value) {
    retention = Objects.requireNonNull(value, "retention");
    return this;
  }

  /**
   * Opens the manager; from then on it takes over what dead instances left.
   *
   * @return the manager, to be closed by the caller
   * @throws io.kugetsu.common.StorageException when the directory cannot be used
   */
  public BackgroundManager open() {
    return Standalone.open(
        new Standalone.Opening(
            directory, engine, executor, timers, clock, limits, environment, retention));
  }
}
