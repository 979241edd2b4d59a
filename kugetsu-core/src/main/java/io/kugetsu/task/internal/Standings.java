package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Looks how a task stands, by its record and by what this instance runs. */
final class Standings {
  /** How long what has been claimed is given to begin, and how it is looked for. */
  static final Duration BEGINNING = Duration.ofSeconds(5);

  static final Duration BEGINNING_LOOK = Duration.ofMillis(5);

  private final TaskStores stores;
  private final LiveRuns live;
  private final ManagerSettings settings;

  Standings(TaskStores stores, LiveRuns live, ManagerSettings settings) {
    this.stores = stores;
    this.live = live;
    this.settings = settings;
  }

  /**
   * How a task stands.
   *
   * @param record its record; null when there is none, or none any more
   * @param run its run here, if it has one
   */
  record Standing(@Nullable TaskRecord record, @Nullable LiveRun run) {
    boolean isWaiting() {
      return record != null && record.status() == TaskStatus.PENDING;
    }
  }

  /**
   * Looks for the record and for the run. What by its record this instance runs, and is not among
   * what it runs, has been claimed or has ended this moment: it is looked for again.
   */
  Standing of(TaskId id) {
    long end = System.nanoTime() + BEGINNING.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        TaskRecord record = stores.find(id).orElse(null);
        LiveRun run = live.find(id).orElse(null);
        if (record == null || run != null || !isOurs(record) || System.nanoTime() - end > 0) {
          return new Standing(record, run);
        }
        interrupted |= Thread.interrupted(); // nobody could park
        LockSupport.parkNanos(BEGINNING_LOOK.toNanos());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until the end of a run is told, a moment at most; false when it is not by then. */
  static boolean awaitOver(LiveRun run) {
    CountDownLatch over = new CountDownLatch(1);
    run.sequel().add(over::countDown);
    try {
      return over.await(BEGINNING.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean isOurs(TaskRecord record) {
    boolean runs = record.status() == TaskStatus.RUNNING || record.status() == TaskStatus.STOPPING;
    return runs && settings.me().equals(record.owner());
  }
}
