package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Who waits for what. A task that ends in this instance is told at once; one that another instance
 * runs is found by looking at the store now and then.
 */
final class Completions {
  private static final Set<TaskStatus> ACTIVE =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING);

  private final Executor executor;
  private final Map<TaskId, Waits> waits = new ConcurrentHashMap<>();
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

  /**
   * Looks how the awaited tasks stand. Those that wait or run are seen in one listing, which costs
   * little however many they are; only for the others a record is read.
   *
   * @param store where they are
   * @param known tasks that need no look
   * @throws StorageException when one of them cannot be read, after all others were looked at
   */
  void look(TaskStore store, Set<TaskId> known) {
    Set<TaskId> wanted = new HashSet<>(waits.keySet());
    wanted.removeAll(known);
    if (wanted.isEmpty()) {
      return;
    }
    for (TaskRecord record : store.list(ACTIVE)) {
      if (wanted.remove(record.id())) {
        offer(record);
      }
    }
    StorageException problem = null;
    for (TaskId id : wanted) {
      try {
        store
            .find(id)
            .ifPresentOrElse(this::offer, () -> gone(id, DefaultBackgroundManager.gone(id)));
      } catch (StorageException e) {
        problem = e;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }

  /** Tells the waits how a task stands now. */
  void offer(TaskRecord record) {
    boolean ended = record.status().isTerminal();
    Waits found = ended ? waits.remove(record.id()) : waits.get(record.id());
    if (found == null) {
      return;
    }
    if (ended || record.startedAt() != null) {
      TaskInfo info = TaskViews.info(record);
      complete(() -> found.started.complete(info));
    }
    if (ended) {
      TaskResult result = TaskViews.result(record);
      complete(() -> found.ended.complete(result));
    }
  }

  /** Forgets a task that is no longer kept. */
  private void gone(TaskId id, RuntimeException why) {
    Optional.ofNullable(waits.remove(id)).ifPresent(found -> complete(() -> found.fail(why)));
  }

  void close() {
    closed = true;
    ClosedException why = new ClosedException("this Kugetsu");
    for (TaskId id : Set.copyOf(waits.keySet())) {
      Optional.ofNullable(waits.remove(id)).ifPresent(found -> found.fail(why));
    }
  }

  /** Callbacks are the users' code: they run where they can delay nobody. */
  private void complete(Runnable completion) {
    try {
      executor.execute(completion);
    } catch (RejectedExecutionException e) {
      completion.run(); // the executor was shut down first: better late on this thread than never
    }
  }

  /** The two moments of a task that can be waited for. */
  static final class Waits {
    final CompletableFuture<TaskInfo> started = new CompletableFuture<>();
    final CompletableFuture<TaskResult> ended = new CompletableFuture<>();

    void fail(RuntimeException why) {
      started.completeExceptionally(why);
      ended.completeExceptionally(why);
    }
  }
}
