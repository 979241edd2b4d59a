package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Ended;
import io.kugetsu.process.ProcessTrees.Member;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the {@link PipeRunner}, from before its start until its last thread has ended. */
final class PipeRun implements PipeProcess {
  private static final Logger LOG = LoggerFactory.getLogger(PipeRun.class);
  private static final long QUIET_MILLIS = 250;
  private static final long MAX_DRAIN_MILLIS = 5_000;
  private static final int LONGEST_TAIL = 64 << 10;
  private static final Duration LEFTOVER_GRACE = Duration.ofMillis(500);
  private static final Duration CEILING_GRACE = Duration.ofSeconds(2);

  private final ProcessSpec spec;
  private final String threadName;
  private final Clock clock;
  private final ProcessTable table;
  private final OutputSink sink;
  private final Consumer<PipeRun> onOver;
  private final CompletableFuture<Boolean> launched = new CompletableFuture<>();
  private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  // Written before there is any other thread.
  private @Nullable Process process;
  private @Nullable OutputPump pump;
  private @Nullable String pipe;
  private @Nullable NewPids newPids;
  private long pid;
  private long startTicks = -1;
  private long startedNanos;

  private final Object lock = new Object();
  private boolean gone;
  private boolean stopped;
  private boolean overCeiling;
  private @Nullable TreeEnder ender;
  private @Nullable Thread enderThread;
  private @Nullable Duration graceAtLaunch;
  private boolean askedAtLaunch;

  PipeRun(
      ProcessSpec spec,
      String threadName,
      Clock clock,
      ProcessTable table,
      @Nullable OutputStream log,
      Consumer<PipeRun> onOver) {
    this.spec = spec;
    this.threadName = threadName;
    this.clock = clock;
    this.table = table;
    Tail tail = new Tail(PipeRunner.KEPT_BYTES);
    this.sink =
        new OutputSink(
            spec.marker(),
            spec.logOnDemand()
                ? spec.logFile().map(file -> new SpillingLog(file, tail)).orElse(null)
                : log,
            spec,
            tail);
    this.onOver = onOver;
  }

  /**
   * Starts it and returns when it runs. The process first, by the thread that asks for it: what it
   * takes to follow it is made ready while it loads its program.
   */
  void start(List<String> argv) {
    try {
      launch(argv);
      follow();
    } catch (IOException | RuntimeException | Error e) {
      launched.complete(false);
      if (process == null) {
        throw e instanceof IOException refused
            ? Launch.failure(spec, refused)
            : Launch.failure(spec, ProcessStartException.Kind.OTHER, "it could not be started", e);
      }
      // Most likely no thread to be had. Nobody would read what it writes, so it cannot be let run.
      new TreeEnder(table, marker(), root(), null).end(Duration.ZERO);
      sink.close();
      throw Launch.failure(spec, ProcessStartException.Kind.OTHER, "it could not be followed", e);
    }
    Duration grace;
    boolean asked;
    synchronized (lock) {
      launched.complete(true);
      grace = graceAtLaunch;
      asked = askedAtLaunch;
    }
    if (grace != null) {
      end(grace, asked);
    }
  }

  private void launch(List<String> argv) throws IOException {
    ProcessBuilder builder = Launch.onPipes(spec, argv);
    long before = System.nanoTime();
    Process started = builder.start();
    startedNanos = System.nanoTime();
    process = started;
    pid = started.pid();
    newPids = NewPids.since(pid, before);
    startTicks = ProcessFacts.startTicks(pid).orElse(-1);
    pipe = ProcessTable.outputPipe(pid);
  }

  private void follow() throws IOException {
    Process running = process();
    pump =
        new OutputPump(running.getInputStream(), sink, spec.outputCeiling(), this::ceilingPassed);
    newThread("output", pump).start();
    byte[] bytes = spec.stdin().orElse(null);
    if (bytes != null) {
      newThread("input", () -> write(bytes, running.getOutputStream())).start();
    }
    new PipeExecutor(this, running).execute();
  }

  /** On the waiting thread: the process itself has ended. */
  void processGone() {
    Instant endedAt = clock.instant();
    Duration duration = Duration.ofNanos(System.nanoTime() - startedNanos);
    int code = process().exitValue();
    boolean wasStopped;
    boolean wasOverCeiling;
    synchronized (lock) {
      gone = true;
      wasStopped = stopped;
    }
    int leftovers = 0;
    try {
      leftovers = endWhatIsLeft();
    } catch (RuntimeException | Error e) {
      LOG.error("what {} left behind could not be looked after", marker(), e);
    }
    synchronized (lock) {
      wasOverCeiling = overCeiling;
    }
    sink.cut();
    sink.close();
    boolean outputComplete = reader().isComplete() && sink.logIsComplete();
    exit.complete(
        new ProcessExit(
            OptionalInt.of(code),
            Signals.ofExitCode(code),
            wasStopped,
            wasOverCeiling ? OptionalLong.of(spec.outputCeiling()) : OptionalLong.empty(),
            OptionalLong.empty(),
            outputComplete,
            leftovers,
            endedAt,
            duration,
            wasStopped ? RunState.STOPPED : RunState.EXITED,
            outputComplete || wasOverCeiling ? Optional.empty() : Optional.of(outputError())));
  }

  /** The waiting thread ends. */
  void over() {
    sink.close();
    onOver.accept(this);
  }

  Thread newThread(String role, Runnable work) {
    Thread thread = new Thread(work, threadName + "-" + role);
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  /** Waits for its threads, but for the one that asks; false when some still run by then. */
  boolean awaitOver(long deadlineNanos) throws InterruptedException {
    try {
      launched.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
    for (Thread thread : threads) {
      long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (thread != Thread.currentThread() && thread.isAlive()) {
        if (left <= 0) {
          return false;
        }
        thread.join(left);
      }
    }
    return threads.stream().noneMatch(t -> t.isAlive() && t != Thread.currentThread());
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public long startTicks() {
    return startTicks;
  }

  @Override
  public String bootId() {
    return ProcessFacts.bootId();
  }

  @Override
  public String marker() {
    return spec.marker();
  }

  @Override
  public CompletionStage<ProcessExit> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void stop(Duration grace) {
    end(grace, true);
  }

  @Override
  public String tail(int maxBytes) {
    return sink.tail().text(Math.min(maxBytes, LONGEST_TAIL));
  }

  @Override
  public boolean keepLog() {
    return sink.flushLog();
  }

  @Override
  public OutputPage output(long from, int maxBytes) {
    int most = OutputWindow.checked(from, maxBytes);
    // Asked first: after the exit nothing comes any more.
    boolean ended = exit.isDone();
    return sink.tail().window(Math.max(0, from - 3), from + most).page(from, most, null, ended);
  }

  @Override
  public String toString() {
    return "PipeRun[" + marker() + ", pid " + pid + "]";
  }

  private void ceilingPassed() {
    synchronized (lock) {
      overCeiling = true;
    }
    end(CEILING_GRACE, false);
  }

  private void end(Duration grace, boolean asked) {
    synchronized (lock) {
      if (!launched.isDone()) {
        graceAtLaunch = grace;
        askedAtLaunch |= asked;
        return;
      }
      if (ender != null) {
        ender.hasten(grace);
      }
      if (gone || !launched.join() || hasExited()) {
        return;
      }
      stopped |= asked;
      if (ender == null) {
        TreeEnder mine = new TreeEnder(table, marker(), root(), null);
        Thread thread = newThread("stop", () -> report(mine.end(grace)));
        thread.start();
        ender = mine;
        enderThread = thread;
      }
    }
  }

  /** An exit that nobody here has noted yet counts all the same: it came before the stop. */
  private boolean hasExited() {
    return startTicks >= 0 && !ProcessFacts.isAlive(pid, startTicks, ProcessFacts.bootId());
  }

  private int endWhatIsLeft() {
    TreeEnder running;
    Thread runningThread;
    synchronized (lock) {
      running = ender;
      runningThread = enderThread;
    }
    awaitOutput();
    int leftovers;
    if (running != null && runningThread != null) {
      join(runningThread);
      leftovers = running.leftovers();
    } else {
      leftovers = sweep(TreeEnder.ofLeftovers(table, marker(), newPids()));
    }
    if (pump != null && !pump.isDone()) {
      // Whoever held the pipe is gone, so the end is near, unless somebody without marker holds it.
      awaitOutput();
      if (!pump.isDone() && pipe != null) {
        leftovers += sweep(new TreeEnder(table, marker(), null, pipe));
        awaitOutput();
      }
    }
    return leftovers;
  }

  private int sweep(TreeEnder sweeper) {
    report(sweeper.end(LEFTOVER_GRACE));
    return sweeper.leftovers();
  }

  private void report(Ended ended) {
    if (!ended.survivors().isEmpty()) {
      LOG.error("processes of {} could not be ended: {}", marker(), ended);
    }
  }

  private void awaitOutput() {
    try {
      if (pump != null) {
        pump.awaitEnd(QUIET_MILLIS, MAX_DRAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.debug("nobody should interrupt this thread", e);
    }
  }

  private static void join(Thread thread) {
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        LOG.debug("nobody should interrupt this thread", e);
      }
    }
  }

  private void write(byte[] bytes, OutputStream input) {
    try (input) {
      input.write(bytes);
    } catch (IOException e) {
      LOG.debug("{} did not read all of its input", marker(), e);
    }
  }

  private @Nullable Member root() {
    return startTicks < 0 ? null : new Member(pid, startTicks);
  }

  private String outputError() {
    return reader()
        .error()
        .or(sink::logError)
        .orElse("its output was held open by somebody else, or its listener did not return");
  }

  private OutputPump reader() {
    return Objects.requireNonNull(pump);
  }

  private NewPids newPids() {
    return Objects.requireNonNull(newPids);
  }

  private Process process() {
    return Objects.requireNonNull(process);
  }
}
