package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps everything in files, one lock for all of them. Only the first record of a task without an
 * idempotency key is written without the lock: its name is new, nobody else can write it, it
 * appears in one rename, and whoever holds the lock meanwhile sees it or does not.
 */
final class FilesVault implements Vault {
  private static final Logger LOG = LoggerFactory.getLogger(FilesVault.class);
  private static final Duration LOCK_WAIT = Duration.ofSeconds(30);

  private final LockFile lock;
  private final TaskFiles tasks;
  private final EndedFiles done;
  private final KeyFiles keys;
  private final SessionFiles sessions;
  private final NotificationFiles notifications;
  private final KeyStateFile keyStates;

  private FilesVault(Layout layout) {
    this.lock = FileLocks.of(layout.lock());
    this.tasks = new TaskFiles(layout, this::settle);
    this.done = new EndedFiles(layout);
    this.keys = new KeyFiles(layout);
    this.sessions = new SessionFiles(layout.sessions());
    this.notifications = new NotificationFiles(layout);
    this.keyStates = new KeyStateFile(layout.keyStates());
  }

  static FilesVault open(Layout layout) {
    layout.directories().forEach(AtomicFiles::createDirectories);
    FilesVault vault = new FilesVault(layout);
    layout.directories().forEach(AtomicFiles::sweep);
    List.of(layout.tasks(), layout.notificationsRead(), layout.sinks()).forEach(AtomicFiles::sweep);
    vault.done.months().forEach(AtomicFiles::sweep);
    vault.locked(
        () -> {
          vault.tasks.repairPending();
          return vault;
        });
    return vault;
  }

  /** What an entry brings besides itself. Idempotent. */
  private void settle(Entry entry) {
    if (entry.task().status().isTerminal()) {
      notifications.addMissing(entry.owed());
    }
    SessionChange change = entry.session();
    if (change != null) {
      sessions.apply(change, entry.task().id() + ":" + entry.task().revision());
    }
  }

  @Override
  public <T> T locked(Supplier<T> step) {
    LockFile.Held held = lock.lock(LOCK_WAIT);
    try {
      tasks.repairRunning();
      return step.get();
    } finally {
      held.close();
    }
  }

  @Override
  public void prepare() {
    PendingFiles waiting = tasks.waiting();
    if (waiting.isPrepared()) {
      return;
    }
    Runnable install = waiting.prepare(locked(waiting::beginning));
    locked(
        () -> {
          install.run();
          return install;
        });
  }

  @Override
  public WaitingLine waiting() {
    return tasks.line();
  }

  @Override
  public Optional<Entry> whole(Entry planned) {
    return tasks.waiting().whole(planned);
  }

  @Override
  public Activity activity() {
    return tasks.activity();
  }

  @Override
  public Collection<Entry> pending() {
    return tasks.pending();
  }

  @Override
  public Collection<Entry> running() {
    return tasks.running();
  }

  @Override
  public Collection<Entry> ended() {
    Set<TaskId> unreadable = new LinkedHashSet<>();
    List<Entry> ended = done.load(unreadable::add);
    if (!unreadable.isEmpty()) {
      locked(
          () -> {
            unreadable.forEach(tasks.copies()::setAsideIfUnreadable);
            return unreadable;
          });
    }
    return ended;
  }

  @Override
  public Set<TaskId> endedIds() {
    return done.ids();
  }

  @Override
  public Optional<Entry> find(TaskId id) {
    Optional<Entry> seen = tasks.copies().glimpse(id);
    return seen.isPresent() ? seen : locked(() -> tasks.copies().find(id));
  }

  @Override
  public long nextOrder(Instant now) {
    return tasks.waiting().nextOrder(now);
  }

  @Override
  public void add(Entry entry) {
    try {
      tasks.add(entry);
    } catch (StorageException e) {
      if (locked(() -> tasks.takeBack(entry))) {
        throw e;
      }
      LOG.debug("{} was taken while it was being accepted", entry.task().id(), e);
    }
  }

  @Override
  public boolean replace(Entry from, Entry to) {
    boolean replaced = tasks.replace(from, to);
    if (replaced && from.task().startedAt() == null && to.task().startedAt() != null) {
      writeAhead(to);
    }
    return replaced;
  }

  /**
   * Writes what is owed once the work has started, so that whoever waits for its end need not wait
   * for this too. The record keeps it, so what cannot be written now is written at the end.
   */
  private void writeAhead(Entry entry) {
    try {
      notifications.addMissing(entry.owed());
    } catch (StorageException e) {
      LOG.debug("notifications of {} are written at its end only", entry.task().id(), e);
    }
  }

  @Override
  public boolean drop(Entry from, Entry to) {
    return withoutKey(from, tasks.drop(from, to));
  }

  @Override
  public boolean remove(Entry ended) {
    return withoutKey(ended, tasks.remove(ended.task().id()));
  }

  /** The record goes first: a task without its key could be accepted again while it runs. */
  private boolean withoutKey(Entry entry, boolean gone) {
    String key = entry.task().idempotencyKey();
    if (gone && key != null) {
      keys.unbind(key, entry.task().id());
    }
    return gone;
  }

  @Override
  public void tidy() {
    List<Path> unused = keys.unused(tasks.copies()::isThere);
    locked(
        () -> {
          KeyFiles.removeUnused(unused, tasks.copies()::isThere);
          done.removeEmptyMonths();
          return unused;
        });
  }

  @Override
  public Optional<TaskId> taskOf(String idempotencyKey) {
    return keys.taskOf(idempotencyKey);
  }

  @Override
  public void bind(String idempotencyKey, TaskId id) {
    keys.bind(idempotencyKey, id);
  }

  @Override
  public Map<LimitKey, KeyState> keyStates() {
    return keyStates.load();
  }

  @Override
  public void putKeyStates(Map<LimitKey, KeyState> states) {
    keyStates.put(states);
  }

  @Override
  public Optional<SessionRecord> session(SessionKey key) {
    return sessions.find(key);
  }

  @Override
  public List<SessionRecord> sessions() {
    return sessions.list();
  }

  @Override
  public void putSession(SessionRecord session) {
    sessions.put(session);
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
