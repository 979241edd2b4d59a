package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What one instance runs now, and who waits until that is nothing. */
final class LiveRuns {
  private final Map<TaskId, LiveRun> runs = new ConcurrentHashMap<>();
  private final Object idle = new Object();

  /** Adds a run, and gives the earlier one of its task that is not over here. */
  Optional<LiveRun> add(LiveRun run) {
    return Optional.ofNullable(runs.put(run.task(), run));
  }

  void remove(LiveRun run) {
    runs.remove(run.task(), run);
    run.sequel().begin();
    synchronized (idle) {
      idle.notifyAll();
    }
  }

  Optional<LiveRun> find(TaskId id) {
    return Optional.ofNullable(runs.get(id));
  }

  Collection<LiveRun> all() {
    return runs.values();
  }

  Set<TaskId> ids() {
    return runs.keySet();
  }

  /** Waits until nothing runs. An interrupt ends the wait, and is kept. */
  void awaitIdle(Duration time) {
    try {
      awaitIdle(System.nanoTime() + TimeUnit.NANOSECONDS.convert(time));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until nothing runs, in an interrupted thread too; false when something still does. */
  boolean awaitEnds(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    boolean interrupted = false;
    for (boolean waited = false; !waited; ) {
      try {
        awaitIdle(end);
        waited = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return runs.isEmpty();
  }

  private void awaitIdle(long end) throws InterruptedException {
    synchronized (idle) {
      for (long left = 1; !runs.isEmpty() && left > 0; ) {
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left > 0) {
          idle.wait(left);
        }
      }
    }
  }
}
