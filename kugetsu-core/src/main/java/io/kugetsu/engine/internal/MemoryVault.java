package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Keeps everything on the heap; gone with the engine. */
final class MemoryVault implements Vault {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<TaskId, Entry> entries = new HashMap<>();
  private final WaitingLine waiting = new WaitingLine();
  private final LineOrder order = new LineOrder();
  private final Map<String, TaskId> keys = new HashMap<>();
  private final Map<SessionKey, SessionRecord> sessions = new HashMap<>();
  private final NotificationVault notifications = new MemoryNotifications();
  private Map<LimitKey, KeyState> keyStates = Map.of();

  @Override
  public <T> T locked(Supplier<T> step) {
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void prepare() {
    // All is there already.
  }

  @Override
  public WaitingLine waiting() {
    return waiting;
  }

  @Override
  public Optional<Entry> whole(Entry planned) {
    return Optional.of(planned);
  }

  @Override
  public Activity activity() {
    return locked(
        () -> {
          if (!running().isEmpty()) {
            return Activity.RUNNING;
          }
          return pending().isEmpty() ? Activity.NONE : Activity.WAITING;
        });
  }

  @Override
  public Collection<Entry> pending() {
    List<Entry> all = waiting.entries();
    all.addAll(waiting.awaiting());
    return all;
  }

  @Override
  public Collection<Entry> running() {
    return in(status -> status == TaskStatus.RUNNING || status == TaskStatus.STOPPING);
  }

  @Override
  public Collection<Entry> ended() {
    return in(TaskStatus::isTerminal);
  }

  @Override
  public Set<TaskId> endedIds() {
    return ended().stream().map(entry -> entry.task().id()).collect(Collectors.toSet());
  }

  private List<Entry> in(Predicate<TaskStatus> states) {
    return locked(
        () ->
            entries.values().stream().filter(entry -> states.test(entry.task().status())).toList());
  }

  @Override
  public Optional<Entry> find(TaskId id) {
    return locked(() -> Optional.ofNullable(entries.get(id)));
  }

  @Override
  public long nextOrder(Instant now) {
    return order.next(now);
  }

  @Override
  public void add(Entry entry) {
    TaskId id = entry.task().id();
    locked(
        () -> {
          if (entries.putIfAbsent(id, entry) != null) {
            throw new InvalidRequestException("task " + id + " exists already");
          }
          keepInLine(entry);
          return entry;
        });
  }

  @Override
  public boolean replace(Entry from, Entry to) {
    TaskId id = from.task().id();
    Entry present = entries.get(id);
    if (present == null || present.task().revision() != from.task().revision()) {
      return false;
    }
    entries.put(id, to);
    keepInLine(to);
    if (to.task().status().isTerminal()) {
      notifications.addMissing(to.owed());
    }
    SessionChange change = to.session();
    if (change != null) {
      sessions.computeIfPresent(
          change.key(), (key, session) -> StoredSessions.after(session, change));
    }
    return true;
  }

  private void keepInLine(Entry entry) {
    if (entry.waits()) {
      waiting.put(entry);
    } else {
      waiting.remove(entry.task().id());
    }
  }

  @Override
  public boolean drop(Entry from, Entry to) {
    return replace(from, to) && remove(to);
  }

  @Override
  public boolean remove(Entry ended) {
    TaskRecord task = ended.task();
    Entry present = entries.get(task.id());
    if (present == null || !present.task().status().isTerminal()) {
      return false;
    }
    entries.remove(task.id());
    if (task.idempotencyKey() != null) {
      keys.remove(task.idempotencyKey(), task.id());
    }
    return true;
  }

  @Override
  public void tidy() {
    // Nothing is left of what was removed.
  }

  @Override
  public Optional<TaskId> taskOf(String idempotencyKey) {
    return Optional.ofNullable(keys.get(idempotencyKey));
  }

  @Override
  public void bind(String idempotencyKey, TaskId id) {
    keys.put(idempotencyKey, id);
  }

  @Override
  public Map<LimitKey, KeyState> keyStates() {
    return keyStates;
  }

  @Override
  public void putKeyStates(Map<LimitKey, KeyState> states) {
    keyStates = Map.copyOf(states);
  }

  @Override
  public Optional<SessionRecord> session(SessionKey key) {
    return Optional.ofNullable(sessions.get(key));
  }

  @Override
  public List<SessionRecord> sessions() {
    return List.copyOf(sessions.values());
  }

  @Override
  public void putSession(SessionRecord session) {
    sessions.put(session.key(), session);
  }

  @Override
  public void removeSession(SessionKey key) {
    sessions.remove(key);
  }

  @Override
  public NotificationVault notifications() {
    return notifications;
  }
}
