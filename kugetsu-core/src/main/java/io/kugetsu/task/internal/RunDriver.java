package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.task.Timers;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkType;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what was claimed, from its beginning to its end, and is the only writer of its end.
 * The order of every end: nothing of the work lives any more, then one step of the store, then
 * those who wait and those who listen.
 */
final class RunDriver {
  private static final Logger LOG = LoggerFactory.getLogger(RunDriver.class);

  /** How often an end that could not be written is tried again. */
  private static final Duration WRITE_AGAIN = Duration.ofSeconds(1);

  private final RunFiles files;
  private final Executor executor;
  private final Timers timers;
  private final Clock clock;
  private final LiveRuns live;
  private final RunAftermath aftermath;
  private final Map<String, WorkType> types = new ConcurrentHashMap<>();

  /** What follows an end that was written, or a run that goes on without us. */
  interface RunAftermath {
    void begun(LiveRun run);

    void detached(LiveRun run, TaskRecord record, boolean byDeadline);

    void ended(LiveRun run, TaskRecord record, boolean kept);
  }

  RunDriver(ManagerSettings settings, LiveRuns live, RunAftermath aftermath) {
    this.files = settings.files();
    this.executor = settings.executor();
    this.timers = settings.timers();
    this.clock = settings.clock();
    this.live = live;
    this.aftermath = aftermath;
  }

  void register(WorkType type) {
    if (types.putIfAbsent(type.kind(), type) != null) {
      throw new InvalidRequestException("work of kind " + type.kind() + " is known already");
    }
  }

  /** What this instance can run and settle. */
  Set<String> kinds() {
    return types.keySet();
  }

  /**
   * Begins a run; returns at once and does not fail: what goes wrong is an end of the task.
   *
   * @param leave is given the run when it goes on without this instance as soon as it has begun
   */
  void run(LiveRun run, Consumer<LiveRun> leave) {
    perform(run, () -> begin(run, leave));
  }

  /** What is in memory only waits for no disk: a step of it is done at once, where it comes up. */
  private void perform(LiveRun run, Runnable step) {
    if (run.isInMemory()) {
      RunContext.of(run, step).run();
    } else {
      execute(run, step);
    }
  }

  /** A claim has to be ended by us whatever becomes of the executor: nobody else may end it. */
  void execute(LiveRun run, Runnable step) {
    Runnable inContext = RunContext.of(run, step);
    AtomicBoolean begun = new AtomicBoolean();
    Runnable once =
        () -> {
          if (begun.compareAndSet(false, true)) {
            inContext.run();
          }
        };
    try {
      executor.execute(once);
    } catch (RuntimeException | Error e) {
      // no thread can be had, perhaps; some pools say so and have taken the step all the same
      LOG.warn("the executor takes nothing; {} goes on without it", run.task(), e);
      later(run, once, Duration.ZERO);
    }
  }

  /** What has to be done to a run that goes on: again and again, while the store cannot take it. */
  void insist(LiveRun run, Runnable step) {
    execute(
        run,
        () -> {
          try {
            if (!run.hasEnded()) {
              step.run();
            }
          } catch (ClosedException e) {
            LOG.debug("{} is somebody else's now", run.task());
          } catch (RuntimeException e) {
            LOG.error("what is due for {} cannot be done yet", run.task(), e);
            later(run, () -> insist(run, step), WRITE_AGAIN);
          }
        });
  }

  private void later(LiveRun run, Runnable step, Duration delay) {
    try {
      Timers.Timer unused = timers.after(delay, step);
    } catch (ClosedException e) {
      LOG.error("the end of {} cannot be written any more", run.task(), e);
    }
  }

  private void begin(LiveRun run, Consumer<LiveRun> leave) {
    if (run.record().status() == TaskStatus.AWAITING) {
      end(run, FamilyEnd.of(run.record(), run.store()::find), true);
      return;
    }
    Work work;
    try {
      if (!run.isOrphan()) {
        TaskOptions unused = TaskOptions.fromInput(run.input()); // or it would run without them
      }
      if (!run.isInMemory()) {
        files.create(run.task(), run.epoch());
        seeOthers(run);
      }
      WorkType type = types.get(run.record().kind());
      if (type == null) {
        throw new IllegalStateException("no work of kind " + run.record().kind());
      }
      work = run.isOrphan() ? type.adopt(run) : type.start(run);
    } catch (RuntimeException | Error e) {
      LOG.error("{} could not begin", run.task(), e);
      if (run.isOrphan()) {
        endTree(run); // nobody will look after what is left of it
      }
      end(run, Settlement.failed(FailureType.INTERNAL, e.toString()), true);
      return;
    }
    // first of all its end, which has to be seen whatever else fails
    work.ended().whenComplete((ignored, failure) -> perform(run, () -> end(run, work)));
    try {
      if (!run.begun(work)) {
        leave.accept(run);
        return;
      }
      if (run.isOrphan()) {
        run.attendance().adopted(run.progress(), run.isDetached());
      }
      aftermath.begun(run);
    } catch (RuntimeException e) {
      LOG.warn("that {} has begun is told later", run.task(), e);
    }
  }

  private static void endTree(LiveRun run) {
    ProcessTrees.Ended ended = ProcessTrees.end(run.marker(), TaskSpec.DEFAULT_GRACE);
    if (!ended.survivors().isEmpty()) {
      LOG.error("{} left what cannot be ended: {}", run.task(), ended);
    }
  }

  /** What others have stated about a run counts from then on, and not only once we are told. */
  void seeOthers(LiveRun run) {
    run.store()
        .find(run.task())
        .filter(record -> record.epoch() == run.epoch())
        .ifPresent(record -> seeOthers(run, record));
  }

  /** The same, where the record has just been read. */
  void seeOthers(LiveRun run, TaskRecord record) {
    StopReason stop = record.stop();
    if (stop != null && !run.isStopping()) {
      run.stop(stop);
    }
    if (record.detached()) {
      run.detachedElsewhere();
      tellDetached(run);
    }
  }

  /**
   * Makes it durable that a run went into the background, and tells everybody. Done once; where it
   * fails, whoever asks next does it.
   */
  void tellDetached(LiveRun run) {
    synchronized (run.telling()) { // nobody tells its end while somebody else is at this
      if (run.tellsDetached()) {
        tellDetachedNow(run);
      }
    }
  }

  private void tellDetachedNow(LiveRun run) {
    boolean byDeadline = run.isDetachedByDeadline();
    try {
      Map<String, String> progress = new HashMap<>(run.attendance().detached());
      if (byDeadline) {
        progress.put(TaskViews.BY_DEADLINE, "true");
      }
      // how it went there has to be known as soon as it is known that it did
      run.progress(progress);
      run.store().detach(run.task(), run.epoch());
      run.store().find(run.task()).ifPresent(now -> aftermath.detached(run, now, byDeadline));
    } catch (RuntimeException e) {
      run.detachedUntold();
      throw e;
    }
  }

  private void end(LiveRun run, Work work) {
    try {
      seeOthers(run); // they may have stopped it, too, and nobody has told us
    } catch (RuntimeException e) {
      LOG.warn("what others have done to {} cannot be read", run.task(), e);
    }
    Optional<StopReason> stop = run.ended(work);
    run.attendance().ended();
    tellDetachedFirst(run);
    Settlement settlement;
    boolean kept = true;
    try {
      settlement = work.settle(stop);
      kept = work.isKept();
    } catch (RuntimeException | Error e) {
      LOG.error("the end of {} could not be judged", run.task(), e);
      settlement = Settlement.failed(FailureType.INTERNAL, e.toString());
    }
    if (settlement.status().isTerminal()) {
      stop.ifPresent(run::state);
    }
    end(run, settlement, kept);
  }

  /** Whoever has just put it into the background may not have come to tell that. */
  private void tellDetachedFirst(LiveRun run) {
    try {
      if (run.isDetached()) {
        tellDetached(run);
      }
    } catch (RuntimeException e) {
      LOG.warn("that {} went into the background is told by its end only", run.task(), e);
    }
  }

  /**
   * Until it is written the permit stays taken: that is safe, and a full disk may get room again.
   */
  private void end(LiveRun run, Settlement settlement, boolean kept) {
    boolean keep =
        kept
            || run.isDetached()
            || settlement.session().isPresent()
            || !settlement.owed().isEmpty()
            || !settlement.status().isTerminal();
    Optional<TaskRecord> written;
    try {
      written = run.store().finish(run.token(), finish(run, settlement, keep));
    } catch (ClosedException e) {
      written = Optional.empty();
    } catch (RuntimeException e) {
      if (e instanceof InvalidRequestException && settlement.status() == TaskStatus.PENDING) {
        end(run, stopped(settlement), kept);
        return;
      }
      LOG.error("the end of {} cannot be written yet", run.task(), e);
      later(run, () -> execute(run, () -> end(run, settlement, kept)), WRITE_AGAIN);
      return;
    }
    run.attendance().ended();
    // somebody may have detached it at the last moment, and then it is kept all the same
    written.ifPresent(record -> aftermath.ended(run, record, keep || isKept(record)));
    live.remove(run);
  }

  private static boolean isKept(TaskRecord record) {
    return record.detached() || record.parent() != null || !record.status().isTerminal();
  }

  private Finish finish(LiveRun run, Settlement settlement, boolean keep) {
    List<NotificationRecord> owed = new ArrayList<>(settlement.owed());
    if (run.isDetached()) {
      owed.addAll(
          TaskNotices.ended(
              run.record(), settlement.status(), settlement.outcome(), clock.instant()));
    }
    return new Finish(
        settlement.status(),
        TaskViews.fields(settlement.outcome()),
        settlement.attempt(),
        settlement.delay(),
        settlement.session().orElse(null),
        owed,
        keep);
  }

  /** What is not tried again because somebody stopped it between its end and the writing of it. */
  private static Settlement stopped(Settlement again) {
    return Settlement.end(
        TaskStatus.INTERRUPTED,
        Outcome.failed(FailureType.STOPPED, "stopped before another try"),
        again.session());
  }
}
