package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.notification.internal.NotificationRetention;
import io.kugetsu.task.Retention;
import io.kugetsu.task.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes ended tasks and what they wrote when their time is over. Never changes one. */
final class RetentionKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionKeeper.class);
  private static final Duration EVERY = Duration.ofHours(1);

  /** How long files without a task are left alone at least. */
  private static final Duration STRAY = Duration.ofHours(1);

  private final ManagerSettings settings;
  private final TaskStores stores;
  private final Consumer<TaskRecord> gone;
  private Timers.@Nullable Timer next;
  private boolean closed;

  /**
   * Makes one.
   *
   * @param gone tells that nothing is left of a task
   */
  RetentionKeeper(ManagerSettings settings, TaskStores stores, Consumer<TaskRecord> gone) {
    this.settings = settings;
    this.stores = stores;
    this.gone = gone;
  }

  /** Prunes now and then, beginning soon. */
  void begin() {
    schedule(Duration.ofSeconds(1));
  }

  private synchronized void schedule(Duration delay) {
    if (!closed) {
      next = settings.timers().after(delay, this::handOver);
    }
  }

  /** An executor that is full now takes it another time. */
  private void handOver() {
    try {
      settings.executor().execute(this::round);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      LOG.warn("ended tasks are kept longer than they should be: no thread", e);
      schedule(EVERY);
    }
  }

  private void round() {
    try {
      prune();
    } catch (ClosedException e) {
      return;
    } catch (RuntimeException e) {
      LOG.warn("ended tasks are kept longer than they should be", e);
    }
    schedule(EVERY);
  }

  int prune() {
    Retention retention = settings.retention().get();
    Instant oldest = before(retention.age());
    int removed = remove(oldest, retention.count(), settings.needed());
    NotificationRetention.prune(settings.engine().notifications(), oldest);
    pruneStrays(retention.age());
    return removed;
  }

  /** The moment that long ago; for ever is as long as anything can have been there. */
  private Instant before(Duration age) {
    Instant now = settings.clock().instant();
    return age.compareTo(Duration.between(Instant.EPOCH, now)) > 0 ? Instant.EPOCH : now.minus(age);
  }

  /** Removes what ended, whenever that was, and is not needed. */
  int clear(Predicate<TaskRecord> which) {
    return remove(Instant.MAX, Integer.MAX_VALUE, which.negate().or(settings.needed()));
  }

  private int remove(Instant before, int count, Predicate<TaskRecord> spare) {
    Map<TaskId, TaskRecord> seen = new HashMap<>();
    Predicate<TaskRecord> needed =
        record -> {
          seen.put(record.id(), record); // to tell afterwards what is gone
          return spare.test(record);
        };
    List<TaskId> removed = stores.prune(before, count, needed);
    for (TaskId id : removed) {
      settings.files().delete(id);
      Optional.ofNullable(seen.get(id)).ifPresent(gone);
    }
    return removed.size();
  }

  /**
   * What runs have left whose tasks are not kept: their program was killed before it had removed
   * it, or kept them in its memory only. Another program may be about to remove it, or still run
   * it.
   */
  private void pruneStrays(Duration age) {
    Duration old = age.compareTo(STRAY) < 0 ? STRAY : age;
    for (TaskId id : settings.files().untouchedSince(before(old))) {
      try {
        if (stores.find(id).isEmpty() && !settings.files().lives(id)) {
          settings.files().delete(id);
        }
      } catch (StorageException e) {
        LOG.debug("the files of {} stay, as its record does that cannot be read", id, e);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.close();
      next = null;
    }
  }
}
