package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Ended;
import io.kugetsu.process.ProcessTrees.Member;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.ExecuteException;
import org.apache.commons.exec.ExecuteResultHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the {@link PipeRunner}, from before its start until its last thread has ended. */
final class PipeRun implements RunningProcess {
  private static final Logger LOG = LoggerFactory.getLogger(PipeRun.class);
  private static final long QUIET_MILLIS = 250;
  private static final long MAX_DRAIN_MILLIS = 5_000;
  private static final Duration LEFTOVER_GRACE = Duration.ofMillis(500);
  private static final Duration CEILING_GRACE = Duration.ofSeconds(2);

  private final ProcessSpec spec;
  private final String threadName;
  private final Clock clock;
  private final ProcessTable table;
  private final OutputSink sink;
  private final Consumer<PipeRun> onOver;
  private final CompletableFuture<Process> launched = new CompletableFuture<>();
  private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();
  private final List<String> words;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  // Written by the waiting thread before `launched` completes.
  private @Nullable Process process;
  private @Nullable OutputPump pump;
  private @Nullable String pipe;
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

  PipeRun(
      ProcessSpec spec,
      String threadName,
      Clock clock,
      ProcessTable table,
      @Nullable OutputStream log,
      Consumer<PipeRun> onOver) {
    this.spec = spec;
    this.words = new ArrayList<>(spec.argv());
    this.threadName = threadName;
    this.clock = clock;
    this.table = table;
    this.sink = new OutputSink(spec.marker(), log, spec);
    this.onOver = onOver;
  }

  /** Starts it and returns when it runs. */
  void start(String program) {
    words.set(0, program);
    // The library's command line is for its own eyes: it trims every word, even those that it does
    // not quote, and turns the backslashes of the program's name round.
    CommandLine command = new CommandLine("process");
    try {
      new PipeExecutor(this, spec.directory())
          .execute(command, Launch.environment(spec), new Outcome());
      launched.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException refused
          ? Launch.failure(spec, refused)
          : Launch.failure(
              spec, ProcessStartException.Kind.OTHER, "it could not be followed", e.getCause());
    } catch (IOException e) {
      throw Launch.failure(spec, e);
    }
  }

  /** On the waiting thread: the start itself. */
  Process launch(Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).directory(spec.directory().toFile());
    // It begins as a copy of this program's own.
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    if (spec.stdin().isEmpty()) {
      builder.redirectInput(Launch.noInput());
    }
    Process started;
    try {
      started = builder.start();
    } catch (IOException e) {
      launched.completeExceptionally(e);
      throw e;
    }
    startedNanos = System.nanoTime();
    process = started;
    pid = started.pid();
    startTicks = ProcessFacts.startTicks(pid).orElse(-1);
    pipe = ProcessTable.outputPipe(pid);
    return started;
  }

  /** On the waiting thread: it runs, and its streams are there. */
  void begin(OutputStream input, InputStream output) throws IOException {
    try {
      pump = new OutputPump(output, sink, spec.outputCeiling(), this::ceilingPassed);
      newThread("output", pump).start();
      byte[] bytes = spec.stdin().orElse(null);
      if (bytes != null) {
        newThread("input", () -> write(bytes, input)).start();
      }
    } catch (Error e) {
      // No thread to be had. Nobody would read what it writes, so it cannot be let run.
      new TreeEnder(table, marker(), root(), null).end(Duration.ZERO);
      launched.completeExceptionally(e);
      throw new IOException(e);
    }
    Duration grace;
    synchronized (lock) {
      launched.complete(process());
      grace = graceAtLaunch;
    }
    if (grace != null) {
      stop(grace);
    }
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
    OutputPump reader = pump;
    exit.complete(
        new ProcessExit(
            OptionalInt.of(code),
            Signals.ofExitCode(code),
            wasStopped,
            wasOverCeiling ? OptionalLong.of(spec.outputCeiling()) : OptionalLong.empty(),
            OptionalLong.empty(),
            reader != null && reader.isComplete() && sink.logIsComplete(),
            leftovers,
            endedAt,
            duration,
            wasStopped ? RunState.STOPPED : RunState.EXITED));
  }

  /** It cannot be started, or not be waited for. */
  void failed(Throwable problem) {
    launched.completeExceptionally(problem);
  }

  /** The waiting thread ends. */
  void over() {
    launched.completeExceptionally(new IllegalStateException("it ended before it was started"));
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
    return sink.tail().text(maxBytes);
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
        return;
      }
      if (ender != null) {
        ender.hasten(grace);
      }
      if (gone || launched.isCompletedExceptionally()) {
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
      leftovers = sweep(null);
    }
    if (pump != null && !pump.isDone()) {
      // Whoever held the pipe is gone, so the end is near, unless somebody without marker holds it.
      awaitOutput();
      if (!pump.isDone() && pipe != null) {
        leftovers += sweep(pipe);
        awaitOutput();
      }
    }
    return leftovers;
  }

  private int sweep(@Nullable String heldPipe) {
    TreeEnder sweeper = new TreeEnder(table, marker(), null, heldPipe);
    report(sweeper.end(LEFTOVER_GRACE));
    return sweeper.leftovers();
  }

  private void report(Ended ended) {
    if (!ended.survivors().isEmpty()) {
      LOG.error("processes of {} could not be ended: {}", marker(), ended.survivors());
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

  private Process process() {
    return Objects.requireNonNull(process);
  }

  /** What the library tells about its own thread; the exit was told before. */
  private final class Outcome implements ExecuteResultHandler {
    @Override
    public void onProcessComplete(int code) {
      LOG.debug("{} has ended with {}", marker(), code);
    }

    @Override
    public void onProcessFailed(ExecuteException e) {
      failed(e.getCause() == null ? e : e.getCause());
      LOG.debug("{} has ended without its streams being closed cleanly", marker(), e);
    }
  }
}
