package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.task.TaskEvent.IsolationBreach;
import io.kugetsu.task.Work;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run that this instance carries out, from its claim to its end. */
final class LiveRun extends ClaimedRun {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRun.class);

  private final Clock clock;
  private final RunListener listener;
  private final RunEvents events;
  private final Attendance attendance;
  private final Keeping keeping;
  private final CompletableFuture<Void> stopping = new CompletableFuture<>();
  private final Sequel sequel = new Sequel();
  private final RunWatching watching = new RunWatching();
  private @Nullable Work work;
  private @Nullable StopReason stop;
  private boolean detached;
  private boolean byDeadline;
  private boolean toldDetached;
  private boolean leaving;
  private boolean ended;
  private final Object telling = new Object();

  /**
   * Held while its work is told to be in the background, which may make files: an end that came
   * meanwhile would remove them too early, as those of one in the foreground.
   */
  private final ReentrantLock detaching = new ReentrantLock();

  LiveRun(
      TaskStore store,
      Clock clock,
      Claim claim,
      Path directory,
      RunListener listener,
      RunEvents events,
      Attendance attendance,
      Keeping keeping) {
    super(store, claim, directory);
    this.clock = clock;
    this.listener = listener;
    this.events = events;
    this.attendance = attendance;
    this.keeping = keeping;
    this.stop = claim.task().stop();
    this.detached = claim.task().detached();
    this.toldDetached = detached;
    if (stop != null) {
      stopping.complete(null);
    }
  }

  RunEvents events() {
    return events;
  }

  boolean isInMemory() {
    return keeping == Keeping.IN_MEMORY;
  }

  /** Its deadlines, and what the caller's cancellation does to it. */
  Attendance attendance() {
    return attendance;
  }

  /**
   * Hands the work in; a stop or a detaching that came before it is passed on now.
   *
   * @return false when the instance is closing, and the work is to go on without it
   */
  boolean begun(Work begun) {
    StopReason pending;
    boolean behind;
    boolean goesOn;
    boolean late;
    detaching.lock();
    try {
      synchronized (this) {
        work = begun;
        behind = detached && !ended && isTold(begun);
        goesOn = leaving && behind && begun.survives();
        if (goesOn) {
          stop = null; // that was meant for what would not begin any more
        }
        pending = stop;
        late = leaving;
      }
      if (behind) {
        begun.detach();
      }
    } finally {
      detaching.unlock();
    }
    if (pending != null) {
      if (!begun.ended().toCompletableFuture().isDone()) {
        // it was not stated as long as nothing had begun; what has ended may be tried again
        state(pending);
      }
      if (late) {
        listener.stopping(this, pending);
      }
      begun.stop(pending);
    }
    return !goesOn;
  }

  /**
   * Keeps it from beginning, since the instance is closing. If it begins all the same, because it
   * was about to, it goes on where it can, and is stopped where it cannot.
   *
   * @return false when it has begun already, or is being stopped
   */
  boolean leave(StopReason closing) {
    synchronized (this) {
      if (work != null || stop != null || ended) {
        return false;
      }
      leaving = true;
      stop = closing;
    }
    stopping.complete(null);
    return true;
  }

  /**
   * Notes a stop whose intent is durable, and passes it on.
   *
   * @return false when the end was observed before
   */
  boolean stop(StopReason reason) {
    Work running;
    boolean first;
    synchronized (this) {
      if (ended) {
        return stop != null; // the stop that ended it may have been seen in the store before
      }
      first = stop == null;
      if (first) {
        stop = reason;
      }
      running = work;
    }
    if (first) {
      listener.stopping(this, reason);
      stopping.complete(null);
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
      store().stopping(task(), epoch(), reason);
    } catch (RuntimeException e) {
      LOG.warn("why {} was stopped cannot be written", task(), e);
    }
  }

  /**
   * Puts it into the background.
   *
   * @param overdue whether that is because its time in the foreground was over
   * @return false when it is too late: it is being stopped or has ended, or its work says so
   */
  boolean detach(boolean overdue) {
    detaching.lock();
    try {
      return detachNow(overdue);
    } finally {
      detaching.unlock();
    }
  }

  private boolean detachNow(boolean overdue) {
    Work running;
    synchronized (this) {
      if (ended || detached || stop != null) {
        return detached && !ended;
      }
      running = work;
      if (running == null && isOrphan()) {
        return false; // only what is left of it can tell whether it is not too late
      }
      if (running == null) {
        goesBehind(overdue); // its work will be told when it begins
      }
    }
    if (running == null) {
      return true;
    }
    if (isTold(running) && !running.detach()) {
      return false;
    }
    synchronized (this) {
      if (!ended) {
        goesBehind(overdue);
      }
      return detached;
    }
  }

  private void goesBehind(boolean overdue) {
    byDeadline = overdue && !detached;
    detached = true;
  }

  /**
   * Does something to it as long as it is in the foreground; nobody puts it into the background
   * meanwhile.
   */
  void inFront(Runnable action) {
    detaching.lock();
    try {
      if (!isDetached()) {
        action.run();
      }
    } finally {
      detaching.unlock();
    }
  }

  /** Notes that somebody else has detached it. */
  synchronized void detachedElsewhere() {
    detached = true;
  }

  /** True for the first who asks after it was detached: that one tells everybody else. */
  synchronized boolean tellsDetached() {
    boolean first = detached && !toldDetached;
    toldDetached |= first;
    return first;
  }

  /** Whether it went into the background because its time was over. */
  synchronized boolean isDetachedByDeadline() {
    return byDeadline;
  }

  /** Held by who tells that it was detached. */
  Object telling() {
    return telling;
  }

  /** It could not be told: the next who asks has to. */
  synchronized void detachedUntold() {
    toldDetached = false;
  }

  /** Notes that the end was observed; what was asked for until now counts, nothing later does. */
  Optional<StopReason> ended(Work done) {
    detaching.lock();
    try {
      boolean untold;
      synchronized (this) {
        untold = detached && work == null && isTold(done);
        ended = true;
        work = done; // it may end before it was handed in
      }
      if (untold) {
        tell(done);
      }
      synchronized (this) {
        return Optional.ofNullable(stop);
      }
    } finally {
      detaching.unlock();
    }
  }

  /** What it wrote is to be found where that of one in the background is, once its end is told. */
  private void tell(Work done) {
    try {
      done.detach();
    } catch (RuntimeException e) {
      LOG.warn("{} ended before it could be put into the background", task(), e);
    }
  }

  /** What follows it once its end was told, or somebody else goes on with it. */
  Sequel sequel() {
    return sequel;
  }

  /** Who watches what it writes. */
  RunWatching watching() {
    return watching;
  }

  synchronized Optional<Work> work() {
    return Optional.ofNullable(work);
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  /** What would outlive this JVM is not told so where no other could take it over. */
  private boolean isTold(Work some) {
    return keeping == Keeping.DURABLE || !some.survives();
  }

  /** Whether it goes on when this instance, and its JVM, are gone. */
  synchronized boolean survives() {
    return detached && stop == null && !ended && work != null && canSurvive();
  }

  /** Whether it goes on without this JVM once it is detached; assumed before it has begun. */
  synchronized boolean canSurvive() {
    return keeping == Keeping.DURABLE && (work == null || work.survives());
  }

  @Override
  public synchronized boolean isStopping() {
    return stop != null;
  }

  @Override
  public void onStop(Runnable action) {
    CompletableFuture<Void> unused = stopping.thenRun(action);
  }

  @Override
  public synchronized boolean isDetached() {
    return detached;
  }

  @Override
  public synchronized boolean outlives() {
    return detached && keeping == Keeping.DURABLE;
  }

  @Override
  public void foundDetached() {
    store().detach(task(), epoch());
    synchronized (this) {
      detached = true;
      toldDetached = true; // it was told by whoever detached it
    }
  }

  @Override
  public void preparing() {
    attendance.preparing(isDetached());
  }

  @Override
  public boolean started(Holder holder, Map<String, String> progress) {
    boolean background = isDetached();
    Map<String, String> all = new HashMap<>(progress);
    if (!isOrphan()) {
      all.putAll(attendance.started(background)); // else its time has been running for long
    }
    List<NotificationRecord> told =
        background ? TaskNotices.started(record(), clock.instant()) : List.of();
    boolean ours = store().update(token(), new RunUpdate(holder, true, all, told));
    if (ours) {
      listener.started(this);
    }
    return ours;
  }

  @Override
  public void breached(Set<IsolationBreach.Changed> changed, List<String> examples) {
    listener.breached(this, changed, examples);
  }
}
