package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.Release;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.WorkOutput;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for what. A task that ends in this instance is told at once; one that another instance
 * runs is found by looking at the store now and then.
 */
final class Completions {
  /** How long a wait for several tasks goes without looking again at what others run. */
  private static final long LOOK_AGAIN_MILLIS = 250;

  private final Executor executor;
  private final Map<TaskId, Waits> waits = new ConcurrentHashMap<>();
  private final Object change = new Object();
  private long changes;
  private volatile boolean closed;

  Completions(Executor executor) {
    this.executor = executor;
  }

  /** The waits for a task; the caller offers the record afterwards, so that nothing is missed. */
  Waits of(TaskId id) {
    Waits found = waits.computeIfAbsent(id, key -> new Waits());
    if (closed) {
      close();
    }
    return found;
  }

  /** Forgets a task that came to nothing before anybody could wait for it. */
  void forget(TaskId id) {
    waits.remove(id);
  }

  /** For how many tasks there are waits. */
  int size() {
    return waits.size();
  }

  /** The awaited tasks, without those that need no look. */
  Set<TaskId> awaited(Set<TaskId> known) {
    Set<TaskId> wanted = new HashSet<>(waits.keySet());
    wanted.removeAll(known);
    return wanted;
  }

  /**
   * Looks how awaited tasks stand that this instance does not run. Those that wait or run are in
   * the given listing; only for the others a record is read.
   *
   * @param wanted the tasks
   * @param active all tasks that wait or run
   * @param find reads a record
   * @param runsHere whether this instance has a run whose end it has not told yet
   * @throws StorageException when one of them cannot be read, after all others were looked at
   */
  void look(
      Set<TaskId> wanted,
      Collection<TaskRecord> active,
      Function<TaskId, Optional<TaskRecord>> find,
      Predicate<TaskId> runsHere) {
    Set<TaskId> missing = new HashSet<>(wanted);
    for (TaskRecord record : active) {
      if (missing.remove(record.id())) {
        offer(record);
      }
    }
    StorageException problem = null;
    for (TaskId id : missing) {
      try {
        Optional<TaskRecord> record = find.apply(id);
        if (record.isPresent()) {
          offer(record.get());
        } else if (!runsHere.test(id)) { // else its end is being told
          gone(id, DefaultBackgroundManager.gone(id));
        }
      } catch (StorageException e) {
        problem = e;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }

  /** Tells the waits that a task's work runs. */
  void started(TaskInfo info) {
    Waits found = waits.get(info.id());
    if (found != null) {
      found.started.complete(info);
    }
  }

  /** Keeps what a task had written of which nothing else is kept, for who holds the task. */
  void keep(TaskId id, WorkOutput output) {
    Waits found = waits.get(id);
    if (found != null) {
      found.output = output;
    }
  }

  /** The waits for a task, if there are any. */
  @Nullable Waits peek(TaskId id) {
    return waits.get(id);
  }

  /** Tells the waits how a task stands now. */
  void offer(TaskRecord record) {
    boolean ended = record.status().isTerminal();
    Waits found = ended ? waits.remove(record.id()) : waits.get(record.id());
    if (found != null) {
      tell(found, record, ended);
    } else if (ended) {
      signal();
    }
  }

  private void tell(Waits found, TaskRecord record, boolean ended) {
    TaskInfo info = TaskViews.info(record);
    Release.@Nullable Kind release = null;
    if (ended) {
      release = Release.Kind.TERMINAL;
    } else if (record.detached()) {
      release =
          TaskViews.isDetachedByDeadline(record)
              ? Release.Kind.DEADLINE_DETACHED
              : Release.Kind.DETACHED;
    }
    TaskResult result = TaskViews.result(record);
    boolean started = ended || record.startedAt() != null;
    Release.Kind kind = release;
    // in the order in which it came to be, and here: what others do with it is done elsewhere
    if (started) {
      found.started.complete(info);
    }
    if (kind != null) {
      found.released.complete(new Release(record.id(), kind, result));
    }
    if (ended) {
      found.ended.complete(result);
      signal();
    }
  }

  /** Forgets a task that is no longer kept, and tells those who wait for it. */
  void gone(TaskId id, RuntimeException why) {
    Optional.ofNullable(waits.remove(id)).ifPresent(found -> found.fail(why));
  }

  /**
   * Waits until something holds, looking again whenever a task has ended.
   *
   * @param what what is waited for, for a person
   * @return whether it holds
   */
  boolean await(BooleanSupplier holds, Duration time, String what) {
    long end = System.nanoTime() + nanos(time);
    while (true) {
      long seen;
      synchronized (change) {
        seen = changes;
      }
      if (holds.getAsBoolean()) {
        return true;
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      try {
        awaitChange(seen, Math.min(left, LOOK_AGAIN_MILLIS));
      } catch (InterruptedException e) {
        throw new InterruptedWaitException(what, e);
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // woken too early it looks too early, which harms nobody
  private void awaitChange(long seen, long millis) throws InterruptedException {
    synchronized (change) {
      if (changes == seen && !closed) {
        change.wait(millis);
      }
    }
  }

  private static long nanos(Duration time) {
    // Far enough for anybody, and far from the overflow of nanoTime.
    Duration longest = Duration.ofDays(3650);
    return time.isNegative() ? 0 : (time.compareTo(longest) > 0 ? longest : time).toNanos();
  }

  private void signal() {
    synchronized (change) {
      changes++;
      change.notifyAll();
    }
  }

  void close() {
    closed = true;
    signal();
    ClosedException why = new ClosedException("this Kugetsu");
    for (TaskId id : Set.copyOf(waits.keySet())) {
      Optional.ofNullable(waits.remove(id)).ifPresent(found -> found.fail(why));
    }
  }

  /**
   * A stage for others: what they do with it is done on the executor and delays no wait.
   *
   * @param stage one of the waits' own
   */
  <T> CompletionStage<T> forOthers(CompletableFuture<T> stage) {
    return stage.thenApplyAsync(Function.identity(), this::complete).minimalCompletionStage();
  }

  /** Callbacks are the users' code: they run where they can delay nobody. */
  private void complete(Runnable completion) {
    try {
      executor.execute(completion);
    } catch (RejectedExecutionException e) {
      completion.run(); // the executor was shut down first: better late on this thread than never
    }
  }

  /** The moments of a task that can be waited for, and what is left of it for who holds it. */
  static final class Waits {
    final CompletableFuture<TaskInfo> started = new CompletableFuture<>();
    final CompletableFuture<Release> released = new CompletableFuture<>();
    final CompletableFuture<TaskResult> ended = new CompletableFuture<>();

    /** What a task in the foreground had written, when nothing else is kept of it. */
    volatile @Nullable WorkOutput output;

    void fail(RuntimeException why) {
      started.completeExceptionally(why);
      released.completeExceptionally(why);
      ended.completeExceptionally(why);
    }
  }
}
