package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.process.ProcessTrees.Ended;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ending of one run, as it is asked for here: once, on a thread of its own. */
final class RunStop {
  private static final Logger LOG = LoggerFactory.getLogger(RunStop.class);

  private static final CompletableFuture<Integer> NONE = CompletableFuture.completedFuture(0);

  private final RunDirectory run;
  private final ProcessTable table;
  private @Nullable RunEnder ender;
  private CompletableFuture<Integer> done = NONE;
  private boolean settled;
  private final Set<String> asked = new HashSet<>();

  RunStop(RunDirectory run, ProcessTable table) {
    this.run = run;
    this.table = table;
  }

  /** Writes down the reason and ends the run, unless it has ended. Asked again, it hastens. */
  synchronized void ask(Duration grace, String reason) {
    if (settled || !note(reason)) {
      return;
    }
    asked.add(reason);
    if (ender != null) {
      ender.hasten(grace);
      return;
    }
    RunEnder mine = new RunEnder(run, table);
    CompletableFuture<Integer> ending = new CompletableFuture<>();
    Thread thread = new Thread(() -> end(mine, grace, ending), "kugetsu-run-stop");
    thread.setDaemon(true);
    thread.start();
    ender = mine;
    done = ending;
  }

  /** Shortens the grace of a stop that is under way; false when none is. */
  synchronized boolean hasten(Duration grace) {
    if (ender == null || done.isDone()) {
      return false;
    }
    ender.hasten(grace);
    return true;
  }

  /** Why it was to be ended here, as far as it was. */
  synchronized Set<String> asked() {
    return Set.copyOf(asked);
  }

  /**
   * The run is known to have ended: nothing is written or signalled for a stop from now on.
   *
   * @return completes with the number of leftovers that a stop under way has to end yet, or has
   *     ended
   */
  synchronized CompletableFuture<Integer> settle() {
    settled = true;
    return done;
  }

  private void end(RunEnder mine, Duration grace, CompletableFuture<Integer> ending) {
    try {
      Ended ended = end(mine, grace);
      if (!ended.survivors().isEmpty()) {
        LOG.error("processes of {} could not be ended: {}", run.marker(), ended);
      }
    } catch (RuntimeException | Error e) {
      LOG.error("{} could not be ended", run.marker(), e);
    } finally {
      ending.complete(mine.leftovers());
    }
  }

  private Ended end(RunEnder mine, Duration grace) {
    try {
      return mine.end(grace);
    } catch (StorageException e) {
      LOG.warn("{} is known by its mark only: {}", run.marker(), e.getMessage());
      return mine.endMarked();
    }
  }

  /** False when it has ended before. */
  private boolean note(String reason) {
    try {
      RunStatus status = run.status();
      if (status.hasExit() || status.isRefused()) {
        return false;
      }
      if (!status.stopReasons().contains(reason)) {
        run.noteStop(reason);
      }
    } catch (StorageException e) {
      LOG.warn("why {} is ended cannot be written down", run.marker(), e);
    }
    return true;
  }
}
