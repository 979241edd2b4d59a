package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.process.RunDirectory;
import io.kugetsu.task.Cancellation;
import io.kugetsu.task.Detachment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be done to a run: take it, put it into the background, stop it, let go of it. Intents
 * are durable before anything is done.
 */
final class RunControl {
  private static final Logger LOG = LoggerFactory.getLogger(RunControl.class);
  static final StopReason CLOSING =
      new StopReason(StopReason.Origin.SHUTDOWN, "the program is closing");

  private final TaskStores stores;
  private final LiveRuns live;
  private final RunDriver driver;
  private final Reports reports;
  private final ManagerSettings settings;
  private final Standings standings;
  private final Detaching detaching;
  private final Set<TaskId> left = ConcurrentHashMap.newKeySet();
  private final Set<TaskId> told = new HashSet<>();
  private final List<List<TaskId>> stopping = new ArrayList<>();
  private volatile boolean closed;

  RunControl(
      TaskStores stores,
      LiveRuns live,
      RunDriver driver,
      Reports reports,
      ManagerSettings settings) {
    this.stores = stores;
    this.live = live;
    this.driver = driver;
    this.reports = reports;
    this.settings = settings;
    this.standings = new Standings(stores, live, settings);
    this.detaching = new Detaching(standings, stores, driver, settings.files());
  }

  /** Begins to carry out a claim. Does not fail: whatever goes wrong with it is its end. */
  LiveRun take(Claim claim, TaskStore store, RunEvents events, @Nullable Cancellation signal) {
    TaskRecord task = claim.task();
    LiveRun run =
        new LiveRun(
            store,
            settings.clock(),
            claim,
            settings.files().directory(task.id(), task.epoch()),
            reports,
            events,
            new Attendance(TaskOptions.understood(task.input()), settings.timers(), signal),
            keeping(store));
    Optional<LiveRun> before = live.add(run);
    if (closed) {
      stopForClose(run); // claimed after the closing had looked at what runs
    }
    run.attendance().attend(onTime(run), run.isDetached());
    // what was another try's has to be told to its end first
    before.ifPresentOrElse(
        earlier -> earlier.sequel().add(() -> driver.run(run, this::letGo)),
        () -> driver.run(run, this::letGo));
    return run;
  }

  private Keeping keeping(TaskStore store) {
    if (store == stores.inMemory()) {
      return Keeping.IN_MEMORY;
    }
    return settings.engine().traits().durable() ? Keeping.DURABLE : Keeping.WITH_JVM;
  }

  /** Both may come on a thread of the timers or of the caller, which they must not hold up. */
  private Attendance.Actions onTime(LiveRun run) {
    return new Attendance.Actions() {
      @Override
      public void stop(StopReason reason, boolean inFront) {
        driver.insist(
            run,
            () -> {
              driver.seeOthers(run);
              if (inFront) {
                stopInFront(run, reason);
              } else {
                stopLive(run, reason);
              }
            });
      }

      @Override
      public void detachByDeadline() {
        driver.insist(run, () -> detaching.detach(run, true));
      }
    };
  }

  Detachment detach(TaskId id) {
    return detaching.detach(id);
  }

  /** Notes what others have done to what runs here. */
  void look(List<TaskRecord> active) {
    for (TaskRecord record : active) {
      live.find(record.id())
          .filter(run -> run.epoch() == record.epoch())
          .ifPresent(run -> driver.seeOthers(run, record));
    }
  }

  boolean stop(TaskId id, StopReason reason) {
    List<TaskId> waiting = waitingBelow(id);
    synchronized (this) {
      stopping.add(waiting);
    }
    try {
      boolean stopped = stopAlone(id, reason);
      waiting.forEach(this::tellStoppedWithParent);
      return stopped;
    } finally {
      synchronized (this) {
        stopping.remove(waiting);
      }
    }
  }

  /** What would be taken back with a task, as it was started by it, or by what it started. */
  private List<TaskId> waitingBelow(TaskId id) {
    TaskRecord task = stores.find(id).orElse(null);
    if (task == null || task.family().children().isEmpty()) {
      return List.of();
    }
    return stores.list(Set.of(TaskStatus.PENDING)).stream()
        .filter(it -> it.root().equals(task.root()) && it.depth() > task.depth())
        .map(TaskRecord::id)
        .toList();
  }

  private synchronized void tellStoppedWithParent(TaskId id) {
    stores.find(id).ifPresent(this::tellStoppedWithParent);
  }

  private void tellStoppedWithParent(TaskRecord record) {
    StopReason stop = record.stop();
    if (record.status() == TaskStatus.CANCELLED
        && stop != null
        && stop.origin() == StopReason.Origin.PARENT
        && told.add(record.id())) {
      reports.cancelled(record);
    }
  }

  /** Tells that nothing is left of a task, behind its end, which may be told at this moment. */
  synchronized void pruned(TaskRecord record) {
    if (stopping.stream().anyMatch(waiting -> waiting.contains(record.id()))) {
      tellStoppedWithParent(record); // nobody will find it any more
    }
    told.remove(record.id());
    reports.pruned(record);
  }

  private boolean stopAlone(TaskId id, StopReason reason) {
    Standings.Standing standing = standings.of(id);
    TaskRecord record = standing.isWaiting() ? cancel(id, reason) : standing.record();
    if (record == null) {
      return false; // it ended and was not kept
    }
    if (record.status().isTerminal()) {
      return record.status() == TaskStatus.CANCELLED && reason.equals(record.stop());
    }
    if (standing.isWaiting()) {
      return stopAlone(id, reason); // it has been claimed meanwhile
    }
    LiveRun run = standing.run();
    // a run whose own end is written is of no use for the stop of one that awaits its children
    if (run != null && record.status() != TaskStatus.AWAITING) {
      // one that has ended may be tried again, and nobody has written yet whether it is
      boolean later = run.hasEnded() && Standings.awaitOver(run);
      return later ? stopAlone(id, reason) : stopLive(run, reason);
    }
    boolean stated = stores.kept().stopping(id, record.epoch(), reason);
    if (stated && record.holder() instanceof Holder.Supervised) {
      stopElsewhere(record);
    }
    return stated;
  }

  /** Takes back what waits; true for one of several who do that here, who has told it. */
  synchronized boolean takeBack(TaskId id, StopReason reason) {
    if (!stores.isPending(id)) {
      return false;
    }
    TaskRecord now = cancel(id, reason);
    return now != null && now.status() == TaskStatus.CANCELLED;
  }

  /** Takes back what waits; what has begun meanwhile is left. */
  void cancelWaiting(TaskId id, StopReason reason) {
    cancel(id, reason);
  }

  /** One at a time, so that of several who take it back one tells that. */
  private synchronized @Nullable TaskRecord cancel(TaskId id, StopReason reason) {
    TaskRecord before = stores.find(id).orElse(null);
    if (before == null || before.status() != TaskStatus.PENDING) {
      return before;
    }
    TaskRecord now = stores.kept().cancel(id, reason).orElse(null);
    if (now != null && now.status() == TaskStatus.CANCELLED) {
      reports.cancelled(now);
    }
    return now;
  }

  /** Takes back or stops what is in the foreground, for its caller. */
  void callOff(TaskId id, StopReason reason) {
    Standings.Standing standing = standings.of(id);
    TaskRecord record = standing.record();
    if (standing.isWaiting()) {
      TaskRecord now = record == null || record.detached() ? null : cancel(id, reason);
      if (now != null && !now.status().isTerminal()) {
        callOff(id, reason); // it has been claimed meanwhile
      }
    } else if (standing.run() != null) {
      stopInFront(standing.run(), reason);
    }
  }

  /** Who detaches it first is heeded: another time counts then, and the caller no more. */
  private void stopInFront(LiveRun run, StopReason reason) {
    run.inFront(() -> stopLive(run, reason));
  }

  private boolean stopLive(LiveRun run, StopReason reason) {
    if (run.hasEnded() || !run.store().stopping(run.task(), run.epoch(), reason)) {
      return false;
    }
    // somebody else may have stated another one first, and that is the one that counts
    StopReason first =
        run.store()
            .find(run.task())
            .map(TaskRecord::stop)
            .filter(stated -> !stated.equals(reason))
            .orElse(reason);
    return run.stop(first);
  }

  /** Its owner will see the intent and may be stuck: whoever asks for the stop sees to it too. */
  private void stopElsewhere(TaskRecord record) {
    TaskOptions options = TaskOptions.fromInput(record.input());
    Runnable end =
        () -> {
          try {
            directory(record).stop(options.grace());
          } catch (RuntimeException e) {
            LOG.warn("{} is left to its owner to be stopped", record.id(), e);
          }
        };
    try {
      settings.executor().execute(end);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      LOG.warn("{} is left to its owner to be stopped", record.id(), e);
    }
  }

  private RunDirectory directory(TaskRecord record) {
    return RunDirectory.of(settings.files().directory(record.id(), record.epoch()));
  }

  /**
   * Lets go of what goes on without this instance, and stops the rest.
   *
   * @return what is being stopped
   */
  List<LiveRun> close() {
    closed = true;
    List<LiveRun> stopped = new ArrayList<>();
    for (LiveRun run : live.all()) {
      seeOthers(run);
      if (!(run.survives() && letGo(run)) && stopForClose(run)) {
        stopped.add(run);
      }
    }
    return stopped;
  }

  /** What somebody else has just put into the background must not be stopped for the closing. */
  private void seeOthers(LiveRun run) {
    try {
      driver.seeOthers(run);
    } catch (RuntimeException e) {
      LOG.warn("what others have done to {} cannot be read", run.task(), e);
    }
  }

  /** Lets go of what was to be stopped and takes too long: the next instance sees to its end. */
  void leave() {
    for (LiveRun run : live.all()) {
      if (run.work().isPresent() && !run.hasEnded() && run.isDetached() && run.canSurvive()) {
        letGo(run);
      }
    }
  }

  /** {@return what was let go of} */
  List<TaskId> left() {
    return left.stream().sorted().toList();
  }

  /** The next instance, in this JVM or another, takes it over. */
  private boolean letGo(LiveRun run) {
    try {
      if (!run.store().release(run.token())) {
        return false;
      }
    } catch (RuntimeException e) {
      LOG.error("{} cannot be let go of; it is taken over once this JVM has ended", run.task(), e);
    }
    run.attendance().ended();
    run.watching().end().ifPresent(RunWatch::end); // and who is about to begin that does not
    left.add(run.task());
    live.remove(run);
    return true;
  }

  private boolean stopForClose(LiveRun run) {
    if (run.hasEnded()) {
      return false;
    }
    // what has not begun goes back into the line, and a stated stop would not let it
    if (run.leave(CLOSING)) {
      return true;
    }
    try {
      run.store().stopping(run.task(), run.epoch(), CLOSING);
    } catch (RuntimeException e) {
      LOG.error("the stop of {} cannot be written; it is stopped all the same", run.task(), e);
    }
    try {
      return run.stop(CLOSING);
    } catch (RuntimeException e) {
      LOG.error("{} could not be asked to stop", run.task(), e);
      return true;
    }
  }
}
