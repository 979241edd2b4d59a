package io.kugetsu.queue.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Tally;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.queue.PausedKey;
import io.kugetsu.queue.QueueFilter;
import io.kugetsu.queue.QueueItem;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.queue.QueueStats;
import io.kugetsu.queue.TaskQueue;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionRegistry;
import io.kugetsu.session.internal.AgentTask;
import io.kugetsu.task.internal.DefaultBackgroundManager;
import io.kugetsu.task.internal.TaskViews;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The queue as a view of an engine's tasks. */
public final class EngineQueue implements TaskQueue {
  private static final Set<TaskStatus> OPEN =
      QueueItems.statuses(Set.of(QueueItem.State.PENDING, QueueItem.State.NOTIFIED));

  private final TaskStore store;
  private final KeyStore keys;
  private final Clock clock;
  private final AdmissionPath path;
  private final DefaultBackgroundManager manager;
  private final SessionRegistry sessions;
  private final Consumer<TaskRecord> waits;
  private final Runnable open;

  /**
   * Makes the view.
   *
   * @param engine keeps the tasks
   * @param clock tells the time
   * @param path makes tasks of requests
   * @param manager is told each new task, and takes back and removes others
   * @param sessions has the sessions of the messages
   * @param waits is told each message that was handed over, again too, and waits to be started
   * @param open throws once the owner is closed, whose engine may live on
   */
  public EngineQueue(
      Engine engine,
      Clock clock,
      AdmissionPath path,
      DefaultBackgroundManager manager,
      SessionRegistry sessions,
      Consumer<TaskRecord> waits,
      Runnable open) {
    this.store = engine.tasks();
    this.keys = engine.keys();
    this.clock = clock;
    this.path = path;
    this.manager = manager;
    this.sessions = sessions;
    this.waits = waits;
    this.open = open;
  }

  @Override
  public QueueItem enqueue(QueueRequest request) {
    TaskRecord accepted = accept(request);
    try {
      return item(accepted);
    } catch (ClosedException e) {
      // what is accepted is not refused any more, be it that all ends at this moment
      return QueueItems.item(accepted, OptionalInt.empty(), key -> Optional.empty());
    }
  }

  /**
   * Accepts a message without looking for its place in the line, which would cost more than the
   * acceptance. A key that is known counts before everything else: then the request was right once,
   * whatever has become of its clone or its agent.
   *
   * @param request the message
   * @return its task's record
   */
  public TaskRecord accept(QueueRequest request) {
    open.run();
    return request
        .idempotencyKey()
        .flatMap(store::findByKey)
        .map(this::told)
        .orElseGet(() -> accept(path.task(request, true)));
  }

  /**
   * Accepts a message without looking for its place in the line, which would cost more than the
   * acceptance.
   *
   * @param task the message's task
   * @return its record
   */
  public TaskRecord accept(NewTask task) {
    open.run();
    return told(manager.accept(task).task());
  }

  private TaskRecord told(TaskRecord task) {
    if (task.status() == TaskStatus.PENDING) {
      waits.accept(task);
    }
    return task;
  }

  @Override
  public Optional<QueueItem> find(TaskId id) {
    open.run();
    return store.find(id).filter(QueueItems::isMessage).map(this::item);
  }

  private QueueItem item(TaskRecord record) {
    OptionalInt place =
        record.status() == TaskStatus.PENDING ? store.position(record.id()) : OptionalInt.empty();
    return QueueItems.item(record, place, key -> sessions.find(key).flatMap(AgentSession::branch));
  }

  @Override
  public List<QueueItem> list(QueueFilter filter) {
    open.run();
    Map<TaskId, Integer> places = new HashMap<>();
    if (filter.states().contains(QueueItem.State.PENDING)) {
      for (TaskId id : store.line()) {
        places.put(id, places.size() + 1);
      }
    }
    Map<SessionKey, String> branches = new HashMap<>();
    for (AgentSession session : sessions.list()) {
      session.branch().ifPresent(branch -> branches.put(session.key(), branch));
    }
    List<TaskRecord> found =
        store.list(QueueItems.statuses(filter.states())).stream()
            .filter(QueueItems::isMessage)
            .filter(it -> filter.ref().isEmpty() || TaskViews.ref(it).equals(filter.ref()))
            .toList();
    return found.stream()
        .skip(Math.max(0, found.size() - (long) filter.limit()))
        .map(
            record ->
                QueueItems.item(
                    record,
                    place(places, record.id()),
                    key -> Optional.ofNullable(branches.get(key))))
        .toList();
  }

  private static OptionalInt place(Map<TaskId, Integer> places, TaskId id) {
    Integer place = places.get(id);
    return place == null ? OptionalInt.empty() : OptionalInt.of(place);
  }

  @Override
  public QueueStats stats() {
    open.run();
    Map<QueueItem.State, Integer> counts = new EnumMap<>(QueueItem.State.class);
    for (Tally tally : store.tally(TaskViews.FAILURE)) {
      if (AgentTask.isKind(tally.kind())) {
        counts.merge(QueueItems.state(tally.status()), tally.count(), Integer::sum);
      }
    }
    return new QueueStats(
        counts.values().stream().mapToInt(Integer::intValue).sum(),
        counts.getOrDefault(QueueItem.State.PENDING, 0),
        counts.getOrDefault(QueueItem.State.NOTIFIED, 0),
        counts.getOrDefault(QueueItem.State.COMPLETED, 0),
        counts.getOrDefault(QueueItem.State.ERROR, 0),
        counts.getOrDefault(QueueItem.State.CANCELLED, 0));
  }

  @Override
  public void pause(LimitKey key, String why) {
    open.run();
    Instant now = clock.instant();
    keys.change(key, state -> state.pause(new KeyState.Pause(why, now, null)));
  }

  @Override
  public boolean resume(LimitKey key) {
    open.run();
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
    open.run();
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

  @Override
  public boolean cancel(TaskId id) {
    open.run();
    return store.find(id).filter(QueueItems::isMessage).isPresent()
        && manager.housekeeping().takeBack(id);
  }

  @Override
  public int clear() {
    open.run();
    Set<TaskId> open = store.list(OPEN).stream().map(TaskRecord::root).collect(Collectors.toSet());
    return manager
        .housekeeping()
        .clear(record -> QueueItems.isMessage(record) && !open.contains(record.root()));
  }
}
