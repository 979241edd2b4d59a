package io.kugetsu.queue.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.queue.PausedKey;
import io.kugetsu.queue.QueueItem;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.queue.TaskQueue;
import io.kugetsu.session.internal.AgentTask;
import io.kugetsu.task.internal.TaskViews;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** The queue as a view of an engine's tasks. */
public final class EngineQueue implements TaskQueue {
  private final TaskStore store;
  private final KeyStore keys;
  private final Clock clock;
  private final AdmissionPath path;
  private final Consumer<TaskRecord> onAccepted;
  private final Consumer<TaskRecord> onCancelled;

  /**
   * Makes the view.
   *
   * @param engine keeps the tasks
   * @param clock tells the time
   * @param path makes tasks of requests
   * @param onAccepted is told each new task
   * @param onCancelled is told each task that was taken back
   */
  public EngineQueue(
      Engine engine,
      Clock clock,
      AdmissionPath path,
      Consumer<TaskRecord> onAccepted,
      Consumer<TaskRecord> onCancelled) {
    this.store = engine.tasks();
    this.keys = engine.keys();
    this.clock = clock;
    this.path = path;
    this.onAccepted = onAccepted;
    this.onCancelled = onCancelled;
  }

  @Override
  public QueueItem enqueue(QueueRequest request) {
    return item(accept(path.task(request, true)), store::position);
  }

  /**
   * Accepts a message without looking for its place in the line, which would cost more than the
   * acceptance.
   *
   * @param task the message's task
   * @return its record
   */
  public TaskRecord accept(NewTask task) {
    Enqueued accepted = store.enqueue(task);
    if (accepted.created()) {
      onAccepted.accept(accepted.task());
    }
    return accepted.task();
  }

  @Override
  public Optional<QueueItem> find(TaskId id) {
    return store.find(id).filter(EngineQueue::isMessage).map(it -> item(it, store::position));
  }

  @Override
  public List<QueueItem> list() {
    Map<TaskId, Integer> places = new HashMap<>();
    for (TaskId id : store.line()) {
      places.put(id, places.size() + 1);
    }
    return store.list(EnumSet.allOf(TaskStatus.class)).stream()
        .filter(EngineQueue::isMessage)
        .map(record -> item(record, id -> place(places, id)))
        .toList();
  }

  private static OptionalInt place(Map<TaskId, Integer> places, TaskId id) {
    Integer place = places.get(id);
    return place == null ? OptionalInt.empty() : OptionalInt.of(place);
  }

  @Override
  public boolean cancel(TaskId id) {
    Optional<TaskRecord> before = store.find(id).filter(EngineQueue::isMessage);
    if (before.isEmpty() || before.get().status() != TaskStatus.PENDING) {
      return false;
    }
    Optional<TaskRecord> cancelled =
        store
            .cancel(id, StopReason.user("cancelled"))
            .filter(after -> after.status() == TaskStatus.CANCELLED);
    cancelled.ifPresent(onCancelled);
    return cancelled.isPresent();
  }

  @Override
  public void pause(LimitKey key, String why) {
    Instant now = clock.instant();
    keys.change(key, state -> state.pause(new KeyState.Pause(why, now, null)));
  }

  @Override
  public boolean resume(LimitKey key) {
    AtomicBoolean paused = new AtomicBoolean();
    keys.change(
        key,
        state -> {
          paused.set(state.pause() != null);
          return KeyState.OPEN;
        });
    return paused.get();
  }

  @Override
  public List<PausedKey> paused() {
    List<PausedKey> paused = new ArrayList<>();
    new TreeMap<>(keys.all())
        .forEach(
            (key, state) -> {
              KeyState.Pause pause = state.pause();
              if (pause != null) {
                paused.add(new PausedKey(key, pause.why(), pause.since(), pause.probe() != null));
              }
            });
    return List.copyOf(paused);
  }

  private static boolean isMessage(TaskRecord record) {
    return AgentTask.isKind(record.kind());
  }

  private static QueueItem item(TaskRecord record, Function<TaskId, OptionalInt> place) {
    return new QueueItem(
        record.id(),
        state(record.status()),
        TaskViews.ref(record).orElseThrow(() -> new IllegalStateException("a message has a ref")),
        record.priority(),
        record.status() == TaskStatus.PENDING ? place.apply(record.id()) : OptionalInt.empty(),
        record.attempts(),
        record.createdAt());
  }

  private static QueueItem.State state(TaskStatus status) {
    return switch (status) {
      case PENDING -> QueueItem.State.PENDING;
      case RUNNING, STOPPING, AWAITING -> QueueItem.State.NOTIFIED;
      case COMPLETED -> QueueItem.State.COMPLETED;
      case CANCELLED -> QueueItem.State.CANCELLED;
      case FAILED, TIMED_OUT, LOST, INTERRUPTED -> QueueItem.State.ERROR;
    };
  }
}
