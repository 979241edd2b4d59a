package io.kugetsu.task.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.task.Run;
import io.kugetsu.task.Work;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An epoch that this instance runs. It decides the one race that matters: whether the end was
 * observed before the stop was asked for, or after.
 */
final class LiveRun implements Run {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRun.class);

  private final TaskStore store;
  private final Clock clock;
  private final Claim claim;
  private final Path directory;
  private @Nullable Work work;
  private @Nullable StopReason stop;
  private boolean ended;

  LiveRun(TaskStore store, Clock clock, Claim claim, Path directory) {
    this.store = store;
    this.clock = clock;
    this.claim = claim;
    this.directory = directory;
    this.stop = claim.task().stop();
  }

  ClaimToken token() {
    return claim.token();
  }

  TaskRecord record() {
    return claim.task();
  }

  /** Hands the work in; a stop that came before it is passed on now. */
  void begun(Work begun) {
    StopReason pending;
    synchronized (this) {
      work = begun;
      pending = stop;
    }
    if (pending != null) {
      begun.stop(pending);
    }
  }

  /**
   * Notes a stop whose intent is durable, and passes it on.
   *
   * @return false when the end was observed before
   */
  boolean stop(StopReason reason) {
    Work running;
    synchronized (this) {
      if (ended) {
        return false;
      }
      if (stop == null) {
        stop = reason;
      }
      running = work;
    }
    if (running != null) {
      running.stop(reason);
    }
    return true;
  }

  /**
   * Makes a stop's reason durable that was passed on without that, because nothing had begun yet.
   */
  void state(StopReason reason) {
    try {
      store.stopping(task(), epoch(), reason);
    } catch (RuntimeException e) {
      LOG.warn("why {} was stopped cannot be written", task(), e);
    }
  }

  /** Notes that the end was observed; what was asked for until now counts, nothing later does. */
  synchronized Optional<StopReason> ended() {
    ended = true;
    return Optional.ofNullable(stop);
  }

  synchronized boolean hasBegun() {
    return work != null;
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  @Override
  public TaskId task() {
    return claim.task().id();
  }

  @Override
  public long epoch() {
    return claim.task().epoch();
  }

  @Override
  public Map<String, String> input() {
    return claim.task().input();
  }

  @Override
  public Map<String, String> progress() {
    return claim.task().progress();
  }

  @Override
  public Optional<SessionKey> session() {
    return Optional.ofNullable(claim.task().session());
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public String marker() {
    return task() + "." + epoch();
  }

  @Override
  public int attempts() {
    return claim.task().attempts();
  }

  @Override
  public synchronized boolean isStopping() {
    return stop != null;
  }

  @Override
  public boolean started(Holder holder, Map<String, String> progress) {
    return store.update(
        token(),
        new RunUpdate(holder, true, progress, TaskNotices.started(claim.task(), clock.instant())));
  }

  @Override
  public boolean progress(Map<String, String> progress) {
    return store.update(token(), new RunUpdate(null, false, progress, List.of()));
  }
}
