package io.kugetsu.task.internal;

import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.process.OutputPage;
import io.kugetsu.task.Detachment;
import io.kugetsu.task.OutputFollowing;
import io.kugetsu.task.OutputSnapshot;
import io.kugetsu.task.Release;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.WorkOutput;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A hold on a task of the manager's stores, or on what is left of one that was not kept. */
final class StoredHandle implements TaskHandle {
  private final DefaultBackgroundManager manager;
  private final TaskId id;
  private final Completions.@Nullable Waits own;

  /**
   * Makes a handle without looking for the task.
   *
   * @param manager knows how the task stands
   * @param id a task that is kept, or whose waits are given
   * @param own what is known of a task that may not be kept once it has ended; else null
   */
  StoredHandle(DefaultBackgroundManager manager, TaskId id, Completions.@Nullable Waits own) {
    this.manager = manager;
    this.id = id;
    this.own = own;
  }

  @Override
  public TaskId id() {
    return id;
  }

  @Override
  public TaskInfo info() {
    return now().info();
  }

  @Override
  public OptionalInt position() {
    return manager.position(id);
  }

  private TaskResult now() {
    Optional<TaskRecord> record = manager.lookUp(id);
    if (record.isPresent()) {
      return TaskViews.result(record.get());
    }
    if (own == null) {
      throw DefaultBackgroundManager.gone(id);
    }
    // its end is being told at this moment, or was
    return now(own.ended, id);
  }

  private Completions.Waits waits() {
    return own == null ? manager.waits(id) : manager.whileOpen(own);
  }

  @Override
  public TaskResult await(Duration time) {
    CompletableFuture<TaskResult> end = waits().ended;
    return get(end, time).orElseGet(this::now);
  }

  @Override
  public TaskResult await() {
    return now(waits().ended, id);
  }

  /** The value of a stage, waiting for it as long as it takes. */
  static <T> T now(CompletableFuture<T> stage, TaskId id) {
    try {
      return stage.get();
    } catch (InterruptedException e) {
      throw interrupted(id, e);
    } catch (ExecutionException e) {
      throw unwrap(e);
    }
  }

  private <T> Optional<T> get(CompletableFuture<T> stage, Duration time) {
    try {
      return Optional.of(
          stage.get(Math.max(0, TimeUnit.NANOSECONDS.convert(time)), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw interrupted(id, e);
    } catch (ExecutionException e) {
      throw unwrap(e);
    }
  }

  @Override
  public Release awaitRelease(Duration time) {
    return get(waits().released, time).orElseGet(this::unreleased);
  }

  /** Nobody told us yet; an end is one all the same. */
  private Release unreleased() {
    TaskResult now = now();
    return new Release(id, now.isRunning() ? Release.Kind.WAITING : Release.Kind.TERMINAL, now);
  }

  @Override
  public CompletionStage<TaskResult> completion() {
    return manager.forOthers(waits().ended);
  }

  @Override
  public CompletionStage<TaskInfo> started() {
    return manager.forOthers(waits().started);
  }

  @Override
  public CompletionStage<Release> released() {
    return manager.forOthers(waits().released);
  }

  @Override
  public Detachment detach() {
    return manager.detach(id);
  }

  @Override
  public boolean stop(StopReason reason) {
    return manager.stop(id, reason);
  }

  @Override
  public OutputSnapshot output() {
    return manager.outputs().snapshot(source());
  }

  @Override
  public OutputPage output(long from, int maxBytes) {
    return source().read(from, maxBytes);
  }

  @Override
  public String output(int maxBytes) {
    return manager.outputs().tail(source(), maxBytes);
  }

  @Override
  public OutputFollowing follow(long from, Consumer<OutputPage> listener) {
    Completions.Waits waits = waits();
    TaskOutputs outputs = manager.outputs();
    BooleanSupplier over = waits.ended::isDone;
    WorkOutput output = outputs.of(id, now().info().epoch(), waits, over);
    return outputs.follow(output, from, over, listener);
  }

  private WorkOutput source() {
    TaskResult now = now();
    boolean ended = !now.isRunning();
    return manager
        .outputs()
        .of(id, now.info().epoch(), own, () -> ended || (own != null && own.ended.isDone()));
  }

  @Override
  public String toString() {
    return id.value();
  }

  private static InterruptedWaitException interrupted(TaskId id, InterruptedException e) {
    return new InterruptedWaitException("the end of " + id, e);
  }

  private static RuntimeException unwrap(ExecutionException e) {
    if (e.getCause() instanceof KugetsuException known) {
      return known;
    }
    return new IllegalStateException("a wait failed", e.getCause());
  }
}
