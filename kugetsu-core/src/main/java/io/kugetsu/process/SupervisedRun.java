package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Member;
import io.kugetsu.process.RunDirectory.Look;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run as it is followed. The poller looks at it; what may take long is done by the workers: at
 * its end first what is left of its tree, then what is left of its output.
 */
final class SupervisedRun implements SupervisedProcess {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisedRun.class);
  private static final Duration CEILING_GRACE = Duration.ofSeconds(2);
  private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What all runs of a runner share. */
  record Shared(
      RunPoller poller, Workers workers, Executor lines, Clock clock, ProcessTable table) {}

  private enum Stage {
    FOLLOWED,
    SETTLING,
    DRAINING,
    OVER
  }

  private final Shared shared;
  private final RunDirectory run;
  private final File output;
  private final LineTeller teller;
  private final boolean masked;
  private final @Nullable RunLines lines;
  private final RunStop stop;
  private final RunEnd end = new RunEnd();
  private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();
  private final AtomicBoolean completed = new AtomicBoolean();
  private volatile Stage stage = Stage.FOLLOWED;
  private volatile @Nullable Member supervisor;

  /** Null when it is no child of this program, or none any more. */
  private volatile @Nullable Process child;

  /** Of the workers: it lived without its supervisor when it was last looked for. */
  private volatile boolean unsupervised;

  private final Object lifelineLock = new Object();
  private @Nullable OutputStream lifeline;

  // Of the poller.
  private volatile @Nullable RunWatch watch;
  private final OutputWatch growth;
  private long memoryAt;

  SupervisedRun(
      Shared shared,
      RunDirectory run,
      @Nullable UnaryOperator<String> masker,
      @Nullable Consumer<String> listener) {
    this.shared = shared;
    this.run = run;
    this.output = run.output().toFile();
    this.masked = masker != null;
    this.teller = new LineTeller(run.marker(), masker, listener);
    this.lines =
        listener == null
            ? null
            : new RunLines(
                run.marker(),
                new LineFeed(output, run.spec().outputCeiling(), teller),
                shared.lines(),
                this::complete);
    this.growth = new OutputWatch(output, listener != null, run.spec().outputCeiling());
    this.stop = new RunStop(run, shared.table());
  }

  /** It is a child of this program's. */
  void started(Process process) {
    end.startedNow();
    child = process;
    supervisor = new Member(process.pid(), ProcessFacts.startTicks(process.pid()).orElse(-1));
    if (run.spec().foreground()) {
      lifeline = process.getOutputStream();
    }
  }

  /** From now on the poller looks at it. */
  void follow() {
    shared.poller().add(this);
    Process process = child;
    if (process != null) {
      CompletableFuture<Void> unused = process.onExit().thenRun(this::childEnded);
    }
  }

  /** On the poller: looks and does not wait; whether it should be looked at again soon. */
  boolean poll(long now) {
    lookAtOutput(now);
    boolean soon = growth.isSoon();
    if (stage == Stage.DRAINING && lines != null) {
      lines.lookWhetherStuck(now);
    } else if (stage == Stage.FOLLOWED) {
      lookAtMemory(now);
      Process process = child;
      soon |= process == null;
      if (process != null) {
        // The JDK tells by a pool that it shares with everybody, and so perhaps late.
        if (!process.isAlive()) {
          childEnded();
        }
      } else if (watch(now).mayHaveEnded(now) && beginSettling()) {
        settleSoon();
      }
    }
    return soon;
  }

  private void childEnded() {
    if (beginSettling()) {
      end.seen(shared.clock());
      settleSoon();
    }
  }

  private void settleSoon() {
    try {
      shared.workers().execute(this::settle);
    } catch (RuntimeException | Error e) {
      // Most likely no thread to be had at the moment: the poller tries again.
      stage = Stage.FOLLOWED;
      throw e;
    }
  }

  private synchronized boolean beginSettling() {
    if (stage != Stage.FOLLOWED) {
      return false;
    }
    stage = Stage.SETTLING;
    return true;
  }

  private RunWatch watch(long now) {
    RunWatch known = watch;
    if (known == null) {
      String wake = run.spec().wakeFile();
      known = new RunWatch(run, wake == null ? null : shared.poller().wakeFile(Path.of(wake)), now);
      watch = known;
    }
    return known;
  }

  private void lookAtOutput(long now) {
    long length = growth.look(now);
    long ceiling = run.spec().outputCeiling();
    if (ceiling > 0 && length > ceiling && stage == Stage.FOLLOWED) {
      stop.ask(CEILING_GRACE, RunStatus.OUTPUT_LIMIT);
    }
    if (lines != null && stage != Stage.OVER) {
      lines.grown(length);
    }
  }

  private void lookAtMemory(long now) {
    if (run.spec().memoryCeiling() > 0 && now - memoryAt >= MEMORY_NANOS) {
      memoryAt = now;
      shared.workers().execute(this::measureMemory);
    }
  }

  private void measureMemory() {
    try {
      TreeEnder tree = run.tree(shared.table(), run.status(), true);
      if (ProcessMemory.of(tree.members()) > run.spec().memoryCeiling()) {
        stop.ask(CEILING_GRACE, RunStatus.MEMORY_LIMIT);
      }
    } catch (StorageException e) {
      LOG.debug("{} cannot be measured", run.marker(), e);
    }
  }

  /** On a worker: it seems to have ended. */
  private void settle() {
    try {
      Process process = child;
      boolean died = process != null && !process.isAlive();
      Look look = new PatientLook(run, shared.table()).look();
      if (died && look.state() == RunState.STARTING) {
        LOG.warn("the supervisor of {} ended before its first line", run.marker());
        // Nobody else will take it over: it would be starting for as long as this program lives.
        run.withdraw();
        look = run.look(shared.table());
      }
      if (!look.state().hasEnded()) {
        child = died ? null : process;
        unsupervised = look.state() == RunState.UNSUPERVISED;
        stage = Stage.FOLLOWED;
        shared.poller().wake();
        return;
      }
      if (child == null && wasSeenAlive() && !look.status().hasExit()) {
        end.seen(shared.clock());
      }
      end.state(look, stop.asked());
    } catch (StorageException e) {
      LOG.error("what became of {} cannot be read in its directory", run.marker(), e);
      end.unknown(child, stop.asked());
    }
    CompletableFuture<Integer> stopped = stop.settle();
    if (stopped.isDone()) {
      cleanUp(stopped.join());
    } else {
      CompletableFuture<Void> unused = stopped.thenAcceptAsync(this::cleanUp, shared.workers());
    }
  }

  private void cleanUp(int before) {
    int leftovers = before;
    try {
      leftovers += new Leftovers(run, shared.table()).end(wasSeenAlive());
    } catch (RuntimeException | Error e) {
      LOG.error("what {} left behind could not be looked after", run.marker(), e);
    }
    end.leftovers(leftovers);
    if (lines == null) {
      complete();
    } else {
      stage = Stage.DRAINING;
      lines.drain();
      shared.poller().wake();
    }
  }

  /** Whether its end happened while it was followed here. */
  private boolean wasSeenAlive() {
    RunWatch known = watch;
    return child != null || unsupervised || (known != null && known.sawAlive());
  }

  private void complete() {
    if (!completed.compareAndSet(false, true)) {
      return;
    }
    long ceiling = run.spec().outputCeiling();
    boolean over = ceiling > 0 && output.length() > ceiling;
    boolean read = lines == null || lines.isComplete();
    ProcessExit result = end.exit(run, over, read && !over);
    stage = Stage.OVER;
    cutLifeline();
    shared.poller().remove(this);
    exit.complete(result);
  }

  /** Ends a run that is in the foreground; nothing when it is not, or not of this program. */
  void cutLifeline() {
    synchronized (lifelineLock) {
      if (lifeline != null) {
        try {
          lifeline.close();
        } catch (IOException e) {
          LOG.debug("the lifeline of {} is closed already", run.marker(), e);
        }
        lifeline = null;
      }
    }
  }

  /** The program closes: false when that does not end the run. */
  boolean endsWithRunner(Duration grace, boolean canBeCut) {
    boolean foreground;
    synchronized (lifelineLock) {
      foreground = lifeline != null;
    }
    foreground = foreground && !isDetachedByOthers();
    if (foreground && !canBeCut) {
      stop(grace);
    }
    cutLifeline();
    return stop.hasten(grace) || foreground;
  }

  private boolean isDetachedByOthers() {
    try {
      return run.isDetached();
    } catch (StorageException e) {
      return false; // most likely it has ended, and its files were removed
    }
  }

  /** Waits for its exit; false when it has not come by then. */
  boolean awaitExit(long nanos) throws InterruptedException {
    try {
      exit.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true; // it never completes so
    }
  }

  @Override
  public Path runDirectory() {
    return run.path();
  }

  @Override
  public RunState state() {
    return stage == Stage.OVER ? end.state() : run.look(shared.table()).state();
  }

  @Override
  public boolean detach() {
    if (stage == Stage.OVER) {
      return end.state() != RunState.CUT;
    }
    boolean background = run.detach();
    if (background) {
      cutLifeline();
    }
    return background;
  }

  @Override
  public long pid() {
    Member known = supervisor();
    return known == null ? -1 : known.pid();
  }

  @Override
  public long startTicks() {
    Member known = supervisor();
    return known == null ? -1 : known.startTicks();
  }

  private @Nullable Member supervisor() {
    if (supervisor == null && stage != Stage.OVER) {
      supervisor = run.status().supervisor();
    }
    return supervisor;
  }

  @Override
  public String bootId() {
    return run.spec().bootId();
  }

  @Override
  public String marker() {
    return run.marker();
  }

  @Override
  public CompletionStage<ProcessExit> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void stop(Duration grace) {
    stop.ask(grace, RunStatus.REQUESTED);
  }

  @Override
  public String tail(int maxBytes) {
    return OutputTail.read(
        run.output(),
        run.spec().outputCeiling(),
        maxBytes,
        masked ? teller::mask : null,
        stage == Stage.OVER);
  }

  @Override
  public String toString() {
    return "SupervisedRun[" + run.marker() + " in " + run.path() + "]";
  }
}
