package io.kugetsu.task.internal;

import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A hold on a task of the manager's store. */
public final class StoredHandle implements TaskHandle {
  private final DefaultBackgroundManager manager;
  private final TaskId id;

  /**
   * Makes a handle without looking for the task.
   *
   * @param manager knows how the task stands
   * @param id a task that is kept
   */
  public StoredHandle(DefaultBackgroundManager manager, TaskId id) {
    this.manager = manager;
    this.id = id;
  }

  @Override
  public TaskId id() {
    return id;
  }

  @Override
  public TaskInfo info() {
    return TaskViews.info(manager.record(id));
  }

  @Override
  public TaskResult await(Duration time) {
    CompletableFuture<TaskResult> end = manager.waits(id).ended;
    try {
      return end.get(Math.max(0, TimeUnit.NANOSECONDS.convert(time)), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return TaskViews.result(manager.record(id));
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw unwrap(e);
    }
  }

  @Override
  public TaskResult await() {
    try {
      return manager.waits(id).ended.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw unwrap(e);
    }
  }

  @Override
  public CompletionStage<TaskResult> completion() {
    return manager.waits(id).ended.minimalCompletionStage();
  }

  @Override
  public CompletionStage<TaskInfo> started() {
    return manager.waits(id).started.minimalCompletionStage();
  }

  @Override
  public boolean stop(String reason) {
    return manager.stop(id, StopReason.user(reason));
  }

  @Override
  public String output(int maxBytes) {
    return manager.output(id, maxBytes);
  }

  @Override
  public String toString() {
    return id.value();
  }

  private InterruptedWaitException interrupted(InterruptedException e) {
    return new InterruptedWaitException("the end of " + id, e);
  }

  private static RuntimeException unwrap(ExecutionException e) {
    if (e.getCause() instanceof KugetsuException known) {
      return known;
    }
    return new IllegalStateException("a wait failed", e.getCause());
  }
}
