package io.kugetsu.process;

import io.kugetsu.common.ClosedException;
import io.kugetsu.process.RunnerCapabilities.TreeStop;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs processes on pipes that this program reads. They are seen to end at once and cost a file
 * only if asked for one, but they do not outlive this program for long: what writes to a pipe
 * without a reader is ended by the system, and what does not write has to be found by its marker.
 *
 * <p>Each process has a daemon thread that waits for it and one that reads it, one more while it is
 * given input and one while it is stopped. All end with the process; without processes there are no
 * threads. One exception: a process that left the tree, wiped its environment and kept a pipe as
 * anything but its standard output or error holds a thread until it closes it; so does, where
 * {@link #capabilities()} says {@code DESCENDANTS_ONLY}, any process that left the tree and kept
 * one. The exit is told all the same.
 */
public final class PipeRunner implements ProcessRunner, AutoCloseable {
  /**
   * How many of the last bytes of its output a process has in memory: 1 MiB. They take memory as
   * they come.
   */
  public static final int KEPT_BYTES = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(PipeRunner.class);
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);
  private static final long CLOSE_BOUND_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final AtomicLong NUMBER = new AtomicLong();

  private final Clock clock;
  private final ProcessTable table = new ProcessTable();
  private final Set<PipeRun> runs = new HashSet<>();
  private boolean closed;

  /** Makes a runner. */
  public PipeRunner() {
    this(Clock.systemUTC());
  }

  /**
   * Makes a runner with a clock of its own.
   *
   * @param clock tells when a process ended; durations are measured without it
   */
  public PipeRunner(Clock clock) {
    this.clock = clock;
  }

  /**
   * {@inheritDoc}
   *
   * @return the running process, with what only this runner's have
   */
  @Override
  public PipeProcess start(ProcessSpec spec) {
    checkOpen();
    RunnerCapabilities.refuseMemoryCeiling(spec, capabilities());
    List<String> words = Launch.words(spec);
    Launch.checkEncoding(spec, words);
    LogFile log = spec.logOnDemand() ? null : spec.logFile().map(LogFile::open).orElse(null);
    String name = "kugetsu-process-" + NUMBER.incrementAndGet();
    PipeRun run =
        new PipeRun(spec, name, clock, table, log == null ? null : log.stream(), this::forget);
    try {
      synchronized (runs) {
        checkOpen();
        runs.add(run);
      }
      run.start(words);
      return run;
    } catch (RuntimeException | Error e) {
      forget(run);
      discard(log, e);
      throw e;
    }
  }

  @Override
  public RunnerCapabilities capabilities() {
    return new RunnerCapabilities(
        false,
        false,
        ProcessTable.SEES_MARKERS ? TreeStop.WHOLE_TREE : TreeStop.DESCENDANTS_ONLY,
        false);
  }

  /**
   * Stops what still runs, with a grace of two seconds, and waits until nothing of it is left: no
   * process, no thread, no open file. Bounded by 20 seconds; what is left then is logged. Called
   * from a thread of the runner, it does not wait for that one. An interrupt ends the grace, not
   * the wait, and is kept. Closing again waits again and changes nothing else.
   */
  @Override
  public void close() {
    List<PipeRun> left;
    synchronized (runs) {
      closed = true;
      left = List.copyOf(runs);
    }
    left.forEach(run -> run.stop(CLOSE_GRACE));
    long deadline = System.nanoTime() + CLOSE_BOUND_NANOS;
    boolean interrupted = false;
    for (PipeRun run : left) {
      for (boolean known = false; !known; ) {
        try {
          if (!run.awaitOver(deadline)) {
            LOG.error("{} has not ended within the time of a close", run);
          }
          known = true;
        } catch (InterruptedException e) {
          interrupted = true;
          left.forEach(each -> each.stop(Duration.ZERO));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void forget(PipeRun run) {
    synchronized (runs) {
      runs.remove(run);
    }
  }

  private void checkOpen() {
    synchronized (runs) {
      if (closed) {
        throw new ClosedException("this runner");
      }
    }
  }

  private static void discard(@Nullable LogFile log, Throwable because) {
    if (log != null) {
      try {
        log.discard();
      } catch (RuntimeException e) {
        because.addSuppressed(e);
      }
    }
  }
}
