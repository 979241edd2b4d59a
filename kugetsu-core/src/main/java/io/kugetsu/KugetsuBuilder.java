package io.kugetsu;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.config.ResumePolicy;
import io.kugetsu.config.Settings;
import io.kugetsu.engine.Engine;
import io.kugetsu.limit.AdmissionGate;
import io.kugetsu.notification.NotificationSink;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Settings for one opening of kugetsu. What is set here wins over the environment, which wins over
 * the config file. Not thread-safe; can be used for several openings.
 */
public final class KugetsuBuilder {
  private static final String ROOTS = "root:*";

  final Path repository;
  @Nullable Path directory;
  @Nullable Limits limits;
  @Nullable Duration taskTimeout;
  @Nullable ResumePolicy resumeInterrupted;
  SpawnLimits spawnLimits = SpawnLimits.DEFAULT;
  @Nullable AgentAdapter agent;
  @Nullable Engine engine;
  @Nullable Executor executor;
  private @Nullable List<AdmissionGate> gates;
  Clock clock = Clock.systemUTC();
  boolean hostEnvironment = true;
  boolean dispatch = true;
  boolean startDaemon;
  List<String> daemonCommand = List.of();
  Duration daemonIdle = Duration.ofSeconds(30);
  Map<String, String> environment = Map.of();
  final Map<String, NotificationSink> sinks = new LinkedHashMap<>();

  KugetsuBuilder(Path repository) {
    this.repository = Objects.requireNonNull(repository, "repository");
  }

  /**
   * Where kugetsu keeps its files.
   *
   * @param value the directory; default {@code KUGETSU_DIR}, else {@code .kugetsu} in the home
   *     directory
   * @return this builder
   */
  public KugetsuBuilder directory(Path value) {
    directory = Objects.requireNonNull(value, "directory");
    return this;
  }

  /**
   * How many may run at once, for every key.
   *
   * @param value the limits; default {@code MAX_CONCURRENT_AGENTS} of environment or config file,
   *     which then counts at once when it is changed
   * @return this builder
   */
  public KugetsuBuilder limits(Limits value) {
    limits = Objects.requireNonNull(value, "limits");
    return this;
  }

  /**
   * How far tasks that start tasks may go.
   *
   * @param value the limits; default {@link SpawnLimits#DEFAULT}. How many descendants of a root
   *     may run at once is counted under keys {@code root:…}, and a limit for {@code root:*} in
   *     {@link #limits} wins over what is said here
   * @return this builder
   */
  public KugetsuBuilder spawnLimits(SpawnLimits value) {
    spawnLimits = Objects.requireNonNull(value, "spawnLimits");
    return this;
  }

  /**
   * After what time a run is ended, for messages that do not say it themselves.
   *
   * @param value the time, counted from the run's start, before its worktree is made; zero for
   *     never; default {@code TASK_TIMEOUT_MINUTES} of environment or config file
   * @return this builder
   * @throws InvalidRequestException when it is negative
   */
  public KugetsuBuilder taskTimeout(Duration value) {
    if (value.isNegative()) {
      throw new InvalidRequestException("a time-out cannot be negative: " + value);
    }
    taskTimeout = value;
    return this;
  }

  /**
   * What becomes of runs that a crash or reboot of the machine interrupted, when this instance
   * settles them.
   *
   * @param value the policy; default {@code RESUME_INTERRUPTED} of environment or config file
   * @return this builder
   */
  public KugetsuBuilder resumeInterrupted(ResumePolicy value) {
    resumeInterrupted = Objects.requireNonNull(value, "resumeInterrupted");
    return this;
  }

  /**
   * The agent that runs the messages handed over here.
   *
   * @param value the agent; default opencode by its command line
   * @return this builder
   */
  public KugetsuBuilder agent(AgentAdapter value) {
    agent = Objects.requireNonNull(value, "agent");
    return this;
  }

  /**
   * Where tasks, sessions and notifications are kept.
   *
   * @param value the engine, which stays the caller's to close, after this instance; default files
   *     in the directory. With one that is not durable nothing could take over what outlives this
   *     instance, so agents and background commands end with it
   * @return this builder
   */
  public KugetsuBuilder engine(Engine value) {
    engine = Objects.requireNonNull(value, "engine");
    return this;
  }

  /**
   * Runs the beginnings and ends of the work, and the callbacks of stages.
   *
   * @param value the executor, which stays the caller's to close, has threads to spare and never
   *     runs a task in the thread that hands it over; default daemon threads named {@code
   *     kugetsu-work-…}
   * @return this builder
   */
  public KugetsuBuilder executor(Executor value) {
    executor = Objects.requireNonNull(value, "executor");
    return this;
  }

  /**
   * Tells the time.
   *
   * @param value the clock; default the system's
   * @return this builder
   */
  public KugetsuBuilder clock(Clock value) {
    clock = Objects.requireNonNull(value, "clock");
    return this;
  }

  /**
   * Whether the host's environment counts, for settings and for what agents inherit.
   *
   * @param value true to use it, the default; false for only what {@link #environment(Map)} gives
   * @return this builder
   */
  public KugetsuBuilder hostEnvironment(boolean value) {
    hostEnvironment = value;
    return this;
  }

  /**
   * Variables on top of the host's environment, or in place of it.
   *
   * @param value variables by name
   * @return this builder
   */
  public KugetsuBuilder environment(Map<String, String> value) {
    environment = Map.copyOf(value);
    return this;
  }

  /**
   * Whether this instance starts what waits in the queue, and takes over what has no living owner.
   *
   * @param value true, the default; false to hand over and look only
   * @return this builder
   */
  public KugetsuBuilder dispatch(boolean value) {
    dispatch = value;
    return this;
  }

  /**
   * Whether handing a message over starts a dispatcher in the background when nobody else would
   * start the message: for programs that hand over and end. Counts only with {@code
   * dispatch(false)}. That dispatcher ends by itself, see {@link #daemonIdle(Duration)}. It is told
   * the limits of this builder and its environment, and reads the config file; gates, sinks and
   * what becomes of interrupted runs are those of its own program, see {@link
   * #daemonCommand(List)}.
   *
   * @param value true to start one; default false
   * @return this builder
   */
  public KugetsuBuilder startDaemon(boolean value) {
    startDaemon = value;
    return this;
  }

  /**
   * The program of the dispatcher in the background, for who has an agent or an engine of its own:
   * its main opens a builder like this one and calls {@link #runDaemon()}. It gets this builder's
   * environment, and {@code KUGETSU_DIR}.
   *
   * @param value its command line, the program first, without secrets; default the library's own
   *     program, which knows opencode
   * @return this builder
   */
  public KugetsuBuilder daemonCommand(List<String> value) {
    daemonCommand = List.copyOf(value);
    return this;
  }

  /**
   * How long a dispatcher that was started for a message stays when there is nothing left to do.
   *
   * @param value the time, more than zero; default 30 seconds
   * @return this builder
   */
  public KugetsuBuilder daemonIdle(Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new InvalidRequestException("the time must be more than zero, not " + value);
    }
    daemonIdle = value;
    return this;
  }

  /**
   * Adds somewhere that notifications go. Several can be added, each under a name of its own.
   *
   * @param value the sink, which gets all that is made known on the directory, by whomever, from
   *     the first opening with one of its name on
   * @return this builder
   * @throws io.kugetsu.common.InvalidRequestException when there is one of its name already
   */
  public KugetsuBuilder sink(NotificationSink value) {
    if (sinks.putIfAbsent(value.name(), value) != null) {
      throw new InvalidRequestException("there are two sinks of the name " + value.name());
    }
    return this;
  }

  /**
   * Runs this program as the dispatcher in the background of its directory, until it is asked to
   * end by a signal, another one serves already, or it has had nothing to do for long enough. For a
   * program's main; returns when it is over. Started by kugetsu, what the program prints goes to
   * the dispatcher's log from here on, with secrets masked.
   *
   * @throws io.kugetsu.worktree.RepositoryException when the repository is none that can be read
   * @throws io.kugetsu.common.StorageException when the directory cannot be used
   */
  public void runDaemon() {
    DaemonProgram.run(this);
  }

  /**
   * Opens kugetsu.
   *
   * @return the instance
   * @throws io.kugetsu.worktree.RepositoryException when the repository is none that can be read
   * @throws io.kugetsu.common.StorageException when the directory cannot be used
   * @throws InvalidRequestException when a dispatcher in the background is to be started that could
   *     not know this builder's agent or engine
   * @throws io.kugetsu.common.InvalidRequestException when the name of a sink is none
   */
  public Kugetsu open() {
    return DefaultKugetsu.open(this, dispatch);
  }

  /**
   * What holds agents back while something is scarce, in place of the default: {@link
   * AdmissionGate#freeMemory()} and {@link AdmissionGate#freeDisk(Path)} of kugetsu's directory.
   *
   * @param values the gates, of which the strictest counts; none to hold nothing back
   * @return this builder
   */
  public KugetsuBuilder gates(AdmissionGate... values) {
    gates = List.of(values);
    return this;
  }

  List<AdmissionGate> gates(Path directory) {
    return gates == null
        ? List.of(AdmissionGate.freeMemory(), AdmissionGate.freeDisk(directory))
        : gates;
  }

  /** The limits in force: those that were set here, else those of the settings. */
  Supplier<Limits> limits(IntSupplier agents) {
    Limits fixed = limits;
    int running = spawnLimits.running();
    return fixed == null
        ? () -> withRoots(Limits.of(agents.getAsInt()), running)
        : () -> withRoots(fixed, running);
  }

  private static Limits withRoots(Limits limits, int running) {
    return limits.perKey().containsKey(ROOTS) ? limits : limits.perKey(ROOTS, running);
  }

  /** The settings in force: what was set here wins. */
  Settings over(Settings read) {
    return new Settings(
        read.maxConcurrentAgents(),
        read.model(),
        read.baseRef(),
        read.queueCleanupAgeDays(),
        read.queueDaemonIntervalMinutes(),
        Objects.requireNonNullElse(taskTimeout, read.taskTimeout()),
        Objects.requireNonNullElse(resumeInterrupted, read.resumeInterrupted()),
        read.problems());
  }

  /** The variables that count: for settings, and for what agents start from. */
  Map<String, String> variables() {
    Map<String, String> all = new HashMap<>(hostEnvironment ? System.getenv() : Map.of());
    all.putAll(environment);
    return all;
  }
}
