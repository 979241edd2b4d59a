package io.kugetsu.process;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.internal.RunSpecFile;
import io.kugetsu.process.ProcessStartException.Kind;
import io.kugetsu.process.RunnerCapabilities.TreeStop;
import io.kugetsu.process.SupervisedRun.Shared;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs processes under a small supervisor each, a shell that outlives this program. A process
 * writes its output to a file in its run directory by itself, and the supervisor writes down how it
 * ended, so that neither depends on this program: a later one, or another, can follow, detach or
 * stop the run by its directory. A foreground run ends with this program, however that ends, until
 * it is detached.
 *
 * <p>The output file holds what the process wrote, raw; a masker is applied to all that is read
 * from it by this library: the lines that a listener gets, and the tail.
 *
 * <p>All runs share one daemon thread that looks at them each 25 milliseconds, at output that has
 * been silent for a second each 75, and a few that hand lines on; without runs there are none. A
 * run that this program started costs one thread of the JDK's besides, one that it follows none; a
 * background run holds no open file, a foreground run one. Safe for use by many threads.
 */
@Experimental
public final class SupervisedRunner implements ProcessRunner, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisedRunner.class);
  private static final Duration STOP_GRACE = Duration.ofSeconds(2);
  private static final long CLOSE_BOUND_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final AtomicLong NUMBER = new AtomicLong();

  private final @Nullable Supervisor supervisor;
  private final Workers workers;
  private final Shared shared;
  // Starts read, the close writes: no run is started behind its back.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /** Makes a runner with threads and a clock of its own. */
  public SupervisedRunner() {
    this(Clock.systemUTC(), null, Supervisor.ofThisMachine().orElse(null));
  }

  /**
   * Makes a runner.
   *
   * @param clock tells when a process ended that this program started; durations are measured
   *     without it
   * @param lines runs the listeners; for each run one task at a time. Not closed by this. When it
   *     refuses a task, the run's listener gets nothing more
   */
  public SupervisedRunner(Clock clock, Executor lines) {
    this(clock, lines, Supervisor.ofThisMachine().orElse(null));
  }

  SupervisedRunner(Clock clock, @Nullable Executor lines, @Nullable Supervisor supervisor) {
    String name = "kugetsu-runs-" + NUMBER.incrementAndGet();
    this.supervisor = supervisor;
    this.workers = new Workers(name + "-work");
    this.shared =
        new Shared(
            new RunPoller(name, workers),
            workers,
            lines == null ? workers : lines,
            clock,
            new ProcessTable());
  }

  /**
   * Starts a run. It needs a {@link ProcessSpec#runDirectory()} that no run had before. When this
   * returns, its supervisor has been started; the command follows at once, unless the claim is
   * withdrawn first (see {@link RunDirectory#withdraw()}). What keeps a program that was found from
   * being executed is told by its exit code, 126 or 127, and in its output.
   *
   * @throws InvalidRequestException when it has no run directory, a log file elsewhere, or asks for
   *     what {@link #capabilities()} denies
   * @throws StorageException when the run directory is missing, was used before, or cannot be
   *     written
   */
  @Override
  public SupervisedProcess start(ProcessSpec spec) {
    checkOpen();
    Supervisor with = supervisor;
    if (with == null) {
      throw Launch.failure(spec, Kind.OTHER, "supervised runs need a POSIX shell", null);
    }
    Path directory = check(spec);
    List<String> command = Launch.words(spec);
    checkProgram(spec, command.get(0));
    Launch.checkEncoding(spec, command);
    RunDirectory run = RunDirectory.create(directory, describe(spec), spec.stdin().orElse(null));
    SupervisedRun started =
        new SupervisedRun(
            shared, run, spec.masker().orElse(null), spec.lineListener().orElse(null));
    lock.readLock().lock();
    try {
      checkOpen();
      started.started(launch(spec, with.words(spec, directory, command)));
      started.follow();
      return started;
    } catch (IOException e) {
      run.discard();
      throw Launch.failure(spec, e);
    } catch (ClosedException e) {
      run.discard();
      throw e;
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Follows a run that some program started, this one or another; also one that has ended. Its
   * lines are handed on from the first byte, its ceilings are enforced, and its end is told as if
   * it had been started here. A foreground run goes on belonging to the program that started it.
   * Several may follow one run.
   *
   * @param runDirectory the directory of the run
   * @param following what to do with its output
   * @return the run
   * @throws StorageException when there was no run, or its files cannot be read
   * @throws ClosedException when the runner was closed
   */
  public SupervisedProcess attach(Path runDirectory, Following following) {
    checkOpen();
    RunDirectory run = RunDirectory.of(runDirectory);
    run.status();
    SupervisedRun attached =
        new SupervisedRun(shared, run, following.masker(), following.listener());
    lock.readLock().lock();
    try {
      checkOpen();
      attached.follow();
      return attached;
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public RunnerCapabilities capabilities() {
    Supervisor with = supervisor;
    boolean can = with != null;
    List<String> limits = new ArrayList<>();
    if (with == null) {
      limits.add("There is no POSIX shell: nothing can be started.");
    } else if (!with.makesSessions()) {
      limits.add(
          "Neither setsid nor perl is there: runs share the session of this program, so Ctrl-C may"
              + " reach them, and a foreground run outlives a program that is killed.");
    }
    if (!ProcessTable.SEES_MARKERS) {
      limits.add("There is no /proc: a stop reaches descendants only.");
    }
    return new RunnerCapabilities(
        can,
        can,
        ProcessTable.SEES_MARKERS ? TreeStop.WHOLE_TREE : TreeStop.DESCENDANTS_ONLY,
        can && ProcessMemory.IS_KNOWN,
        limits);
  }

  /**
   * Ends the following of all runs. Foreground runs end, as they do with this program: SIGTERM, and
   * SIGKILL after two seconds; this is waited for, bounded by 20 seconds, and so is a stop that is
   * under way, whose grace is shortened to two seconds. Other background runs go on. Then the
   * threads end. Called from a thread of the runner, it does not wait for that one. An interrupt
   * ends the waiting and is kept. Closing again changes nothing.
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      lock.writeLock().unlock();
    }
    boolean canBeCut = supervisor != null && supervisor.makesSessions();
    List<SupervisedRun> ending =
        shared.poller().runs().stream()
            .filter(run -> run.endsWithRunner(STOP_GRACE, canBeCut))
            .toList();
    long deadline = System.nanoTime() + CLOSE_BOUND_NANOS;
    boolean interrupted = Thread.interrupted();
    try {
      for (SupervisedRun run : ending) {
        if (!interrupted && !run.awaitExit(deadline - System.nanoTime())) {
          LOG.error("{} has not ended within the time of a close", run);
        }
      }
      interrupted |= endThreads(interrupted ? 0 : Math.max(0, deadline - System.nanoTime()));
    } catch (InterruptedException e) {
      endThreads(0);
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean endThreads(long nanos) {
    Thread poller = shared.poller().thread();
    shared.poller().clear();
    try {
      if (poller != null && poller != Thread.currentThread()) {
        poller.join(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
      }
      workers.close();
      if (!workers.isMine() && !workers.awaitEnd(TimeUnit.NANOSECONDS.toMillis(nanos) + 1)) {
        LOG.warn("a listener does not return, its thread is left");
      }
      return false;
    } catch (InterruptedException e) {
      workers.close();
      return true;
    }
  }

  private Path check(ProcessSpec spec) {
    Path directory =
        spec.runDirectory()
            .orElseThrow(
                () -> new InvalidRequestException("a supervised run needs a run directory"));
    if (!spec.logFile().map(directory.resolve(RunDirectory.OUTPUT)::equals).orElse(true)) {
      throw new InvalidRequestException(
          "a supervised run writes to " + RunDirectory.OUTPUT + " in its run directory only");
    }
    RunnerCapabilities.refuseMemoryCeiling(spec, capabilities());
    if (!Files.isDirectory(directory)) {
      throw new StorageException(directory, "is no directory, and a run needs one", null);
    }
    return directory;
  }

  /** The system would tell it to the supervisor only, when the run has begun. */
  private static void checkProgram(ProcessSpec spec, String program) {
    Path file = spec.directory().resolve(program);
    if (!Files.exists(file)) {
      throw Launch.failure(spec, Kind.NOT_FOUND, "there is no such program", null);
    }
    if (!Files.isExecutable(file) || Files.isDirectory(file)) {
      throw Launch.failure(spec, Kind.NOT_EXECUTABLE, "it may not be executed", null);
    }
  }

  private static RunSpecFile describe(ProcessSpec spec) {
    return new RunSpecFile(
        spec.argv(),
        spec.directory().toString(),
        spec.marker(),
        ProcessFacts.ownPid(),
        ProcessFacts.ownStartTicks(),
        ProcessFacts.bootId(),
        RunSpecFile.ownPidNamespace(),
        spec.foreground(),
        spec.outputCeiling(),
        spec.memoryCeiling(),
        spec.wakeFile().map(Path::toString).orElse(null));
  }

  private static Process launch(ProcessSpec spec, List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).directory(spec.directory().toFile());
    builder.environment().clear();
    builder.environment().putAll(Launch.environment(spec));
    builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
    if (!spec.foreground()) {
      builder.redirectInput(Launch.noInput());
    }
    return builder.start();
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("this runner");
    }
  }
}
