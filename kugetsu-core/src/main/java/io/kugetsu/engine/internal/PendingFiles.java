package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pending tasks of a directory, in order. Of each record only what the order needs is kept, and
 * it is read again only when somebody announced that it changed. Who changes a record under the
 * engine's lock announces it before; who adds one without the lock announces it afterwards, before
 * it is acknowledged. What a person does to the folder, and what a writer left that died before it
 * could announce it, is found by the folder's time and, now and then, by its names.
 */
final class PendingFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PendingFiles.class);
  private static final long LONGEST_LOG = 1 << 20;

  /** Names are compared each time the folder looks changed while there are no more than these. */
  private static final int FEW = 200;

  /** With more of them a change without an announcement is looked into when it is this old. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** A file system's clock may be this coarse. */
  private static final Duration GRAIN = Duration.ofMillis(20);

  private static final long COMPARE_EVERY_NANOS = Duration.ofMinutes(5).toNanos();

  /** So many of our own changes are remembered until the next look; who never looks needs none. */
  private static final int MOST_KNOWN = 10_000;

  /** So many keys are remembered to be shared. */
  private static final int MOST_KEYS = 10_000;

  private final RecordFolder<Entry> folder;
  private final Layout layout;
  private final Path directory;
  private final ChangeLog log;
  private final LineOrder order = new LineOrder();
  private final WaitingLine line = new WaitingLine();
  private final Map<TaskId, Optional<Entry>> known = new ConcurrentHashMap<>();
  private final Map<LimitKey, LimitKey> keys = new ConcurrentHashMap<>();
  private final Set<String> refused = new HashSet<>();
  private final Set<TaskId> leftovers = new HashSet<>();
  private final Set<TaskId> unread = new HashSet<>();
  private volatile ChangeLog.@Nullable Mark mark;
  private Optional<ChangeLog.Mark> orderMark = Optional.empty();
  private @Nullable FileTime compared;
  private long comparedNanos;

  PendingFiles(Layout layout, RecordFolder<Entry> folder) {
    this.folder = folder;
    this.layout = layout;
    this.directory = layout.pending();
    this.log = new ChangeLog(layout.changes(), layout.changesBefore(), LONGEST_LOG);
  }

  /**
   * Under the engine's lock, before a record is written, replaced or removed.
   *
   * @throws StorageException when it cannot be announced; then nothing may change
   */
  void announce(TaskId id) {
    log.append(id, order.last());
  }

  /**
   * The place of a task that is accepted now: behind all whose acceptance was announced before,
   * also by a JVM whose clock was ahead of this one's. May be called any time.
   */
  long nextOrder(Instant now) {
    synchronized (order) {
      hear(orderMark.flatMap(log::since).orElseGet(log::all));
      return order.next(now);
    }
  }

  private void hear(ChangeLog.News news) {
    orderMark = Optional.of(news.next());
    order.seen(news.order());
  }

  /**
   * Under the engine's lock, once: which numbers were given out. The end of the log may not outlive
   * a crash of the machine, after which a clock may be wrong, so the task that was made last is
   * asked too; and all of them are when the log is lost.
   *
   * @param names of the records that wait
   */
  void learnOrder(List<String> names) {
    synchronized (order) {
      hear(log.all());
      List<String> tasks = names.stream().filter(it -> Layout.taskIn(it) != null).sorted().toList();
      boolean lost = order.last() == 0;
      tasks.subList(lost ? 0 : Math.max(0, tasks.size() - 1), tasks.size()).forEach(this::learn);
    }
  }

  private void learn(String name) {
    try {
      folder.read(name).ifPresent(entry -> order.seen(entry.task().order()));
    } catch (NewerFormatException | StorageException e) {
      LOG.debug("the order of {} is not known", name, e);
    }
  }

  /** Under the engine's lock, afterwards: what it is now, or null when it waits no more. */
  void changed(TaskId id, @Nullable Entry now) {
    if (mark != null) {
      Optional<Entry> plan = Optional.ofNullable(now).map(this::plan);
      apply(id, plan);
      remember(id, plan);
    }
  }

  /** What is not remembered is read when the log tells of it. */
  private void remember(TaskId id, Optional<Entry> plan) {
    if (known.size() < MOST_KNOWN) {
      known.put(id, plan);
    } else {
      known.remove(id);
    }
  }

  /**
   * Before a record is written that is announced afterwards; when it is not, {@link #forget} it.
   */
  void adding(Entry entry) {
    if (mark != null) {
      remember(entry.task().id(), Optional.of(plan(entry)));
    }
  }

  void forget(TaskId id) {
    known.remove(id);
  }

  /**
   * Under the engine's lock: a record as a whole, if it is still as it was planned with.
   *
   * @return empty when it is not; what is planned next knows what it is now
   */
  Optional<Entry> whole(Entry planned) {
    TaskId id = planned.task().id();
    Optional<Entry> now = readWhole(id);
    Optional<Entry> plan = now.map(this::plan);
    if (plan.filter(planned::equals).isPresent()) {
      return now;
    }
    apply(id, plan);
    return Optional.empty();
  }

  /** What waits at this moment. */
  WaitingLine line() {
    ChangeLog.Mark before = mark;
    if (before == null) {
      loadAll(load(log.end()));
      return line;
    }
    Optional<ChangeLog.News> news = log.since(before);
    if (news.isEmpty()) {
      loadAll(load(log.end()));
      return line;
    }
    List.copyOf(unread).forEach(this::lookAt);
    boolean garbled = false;
    for (String name : news.get().lines()) {
      TaskId id = Layout.taskIn(name);
      garbled |= id == null;
      if (id != null) {
        Optional<Entry> told = known.remove(id);
        if (told == null) {
          lookAt(id);
        } else {
          apply(id, told);
        }
      }
    }
    boolean quiet = news.get().lines().isEmpty();
    if (garbled || news.get().begunAnew() || isDue(quiet)) {
      compareNames();
    }
    mark = news.get().next(); // not before: a look that fails has to be taken again
    keepShort(news.get().next());
    return line;
  }

  private void keepShort(ChangeLog.Mark end) {
    try {
      log.keepShort(end, order.last());
    } catch (StorageException e) {
      LOG.debug("the log of changes stays long for now", e);
    }
  }

  private void apply(TaskId id, Optional<Entry> entry) {
    if (entry.filter(Entry::waits).isPresent()) {
      line.put(entry.get());
    } else {
      line.remove(id);
    }
  }

  /** Whether somebody may have changed the folder without saying so. */
  private boolean isDue(boolean quiet) {
    if (System.nanoTime() - comparedNanos > COMPARE_EVERY_NANOS) {
      return true;
    }
    FileTime changed = lastChange();
    if (changed.equals(compared)) {
      return false;
    }
    return line.size() <= FEW || (quiet && isOlderThan(SETTLED, changed));
  }

  private static boolean isOlderThan(Duration age, FileTime time) {
    // The real time, as it is held against that of a file.
    return time.toInstant().isBefore(Instant.now().minus(age));
  }

  private FileTime lastChange() {
    try {
      return Files.getLastModifiedTime(directory);
    } catch (IOException e) {
      throw new StorageException(directory, "could not be looked at: " + e, e);
    }
  }

  private void compareNames() {
    FileTime changed = lastChange();
    Set<TaskId> gone = line.ids();
    for (String name : folder.names()) {
      TaskId id = Layout.taskIn(name);
      if (id != null && !gone.remove(id)) {
        lookAt(id);
      }
    }
    gone.forEach(line::remove);
    // What was seen is as new as the folder's time was, unless that was too young to tell.
    compared = isOlderThan(GRAIN, changed) ? changed : null;
    comparedNanos = System.nanoTime();
  }

  /** Many need the same permits, and few objects tell that. */
  private Entry plan(Entry entry) {
    if (keys.size() > MOST_KEYS) {
      keys.clear();
    }
    return entry.planned(key -> key.isSession() ? key : keys.computeIfAbsent(key, any -> key));
  }

  /**
   * Reads one again. What cannot be read makes the look fail once, as that may pass; after that it
   * is passed over, and tried again with each look, so that it keeps nobody else from running.
   */
  private void lookAt(TaskId id) {
    try {
      apply(id, read(id));
      unread.remove(id);
    } catch (StorageException e) {
      if (unread.add(id)) {
        throw e;
      }
      LOG.debug("{} still cannot be read", id, e);
    }
  }

  private Optional<Entry> read(TaskId id) {
    if (Files.exists(layout.done(id).resolve(id + RecordFolder.SUFFIX))) {
      leftovers.add(id);
      return Optional.empty();
    }
    return readWhole(id).map(this::plan);
  }

  /** Those that have ended, and whose old file could not be removed then; each is told once. */
  List<TaskId> takeLeftovers() {
    List<TaskId> taken = List.copyOf(leftovers);
    leftovers.clear();
    return taken;
  }

  /** One of those, for the next look. */
  void leftover(TaskId id) {
    leftovers.add(id);
  }

  /** One record as it is on the disk now; one that cannot be understood waits for nothing. */
  private Optional<Entry> readWhole(TaskId id) {
    try {
      return folder.readOrSetAside(id.value());
    } catch (NewerFormatException e) {
      if (refused.add(id.value())) {
        LOG.warn("passed over: {}", e.refusal().getMessage());
      }
      return Optional.empty();
    } catch (SetAsideException e) {
      return Optional.empty();
    }
  }

  /** What a whole reading brought. */
  private record Loaded(ChangeLog.Mark mark, List<Entry> entries, List<TaskId> unread) {}

  boolean isPrepared() {
    return mark != null;
  }

  /**
   * Under the engine's lock, so that nobody is between an announcement and what it announces: from
   * where on the log has to be followed by who reads everything from now on.
   */
  ChangeLog.Mark beginning() {
    return log.end();
  }

  /**
   * Reads everything before the lock is taken, the first time, so that others need not wait for it.
   *
   * @param from see {@link #beginning}
   * @return to be run under the engine's lock
   */
  Runnable prepare(ChangeLog.Mark from) {
    Loaded loaded = load(from);
    return () -> {
      if (mark == null) {
        loadAll(loaded);
      }
    };
  }

  private Loaded load(ChangeLog.Mark end) {
    List<Entry> entries = new ArrayList<>();
    List<TaskId> unread = new ArrayList<>();
    for (String name : folder.names()) {
      TaskId id = Layout.taskIn(name);
      if (id == null) {
        continue;
      }
      try {
        folder.read(name).map(this::plan).ifPresent(entries::add);
      } catch (NewerFormatException | StorageException e) {
        unread.add(id);
      }
    }
    return new Loaded(end, entries, unread);
  }

  private void loadAll(Loaded loaded) {
    line.clear();
    keys.clear();
    known.clear();
    loaded.entries().forEach(line::put);
    loaded.unread().forEach(this::lookAt);
    mark = loaded.mark();
    compared = null;
    comparedNanos = System.nanoTime();
  }
}
