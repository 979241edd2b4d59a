package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.limit.internal.EngineLimiter;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkType;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what was claimed, and is the only writer of its end. The order of every end: nothing of the
 * work lives any more, then one step of the store, then those who wait.
 */
public final class DefaultBackgroundManager implements BackgroundManager {
  private static final Logger LOG = LoggerFactory.getLogger(DefaultBackgroundManager.class);
  private static final Set<TaskStatus> ACTIVE =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING);

  private static final StopReason CLOSING =
      new StopReason(StopReason.Origin.SHUTDOWN, "the program is closing");

  /** How often an end that could not be written is tried again. */
  private static final Duration WRITE_AGAIN = Duration.ofSeconds(1);

  private final Owner me;
  private final TaskStore store;
  private final RunFiles files;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final Clock clock;
  private final Completions completions;
  private final Map<String, WorkType> types = new ConcurrentHashMap<>();
  private final LiveRuns live = new LiveRuns();
  private volatile boolean closed;

  /**
   * Makes a manager; it owns none of what it is given.
   *
   * @param engine where the tasks are kept
   * @param me this instance
   * @param files where the runs' files are
   * @param executor runs the work's beginnings and ends and the callbacks; must not run them in the
   *     caller's thread
   * @param timer for what is tried again
   * @param clock tells the time
   */
  public DefaultBackgroundManager(
      Engine engine,
      Owner me,
      RunFiles files,
      Executor executor,
      ScheduledExecutorService timer,
      Clock clock) {
    this.me = me;
    this.store = engine.tasks();
    this.files = files;
    this.executor = executor;
    this.timer = timer;
    this.clock = clock;
    this.completions = new Completions(executor);
  }

  @Override
  public void register(WorkType type) {
    checkOpen();
    if (types.putIfAbsent(type.kind(), type) != null) {
      throw new InvalidRequestException("work of kind " + type.kind() + " is known already");
    }
  }

  @Override
  public Optional<TaskHandle> find(TaskId id) {
    checkOpen();
    return store.find(id).map(record -> handle(id));
  }

  /**
   * A hold on a task that is known to be there.
   *
   * @param id the task
   * @return its handle
   */
  public TaskHandle handle(TaskId id) {
    return new StoredHandle(this, id);
  }

  @Override
  public List<TaskInfo> active() {
    return list(ACTIVE);
  }

  @Override
  public List<TaskInfo> list() {
    return list(EnumSet.allOf(TaskStatus.class));
  }

  private List<TaskInfo> list(Set<TaskStatus> states) {
    checkOpen();
    return store.list(states).stream()
        .filter(record -> !record.kind().equals(EngineLimiter.KIND))
        .map(TaskViews::info)
        .toList();
  }

  /**
   * What a claim of this instance asks for.
   *
   * @param limits the limits in force
   * @param want how many tasks at most
   * @return the request
   */
  public ClaimRequest request(Limits limits, int want) {
    return new ClaimRequest(
        me,
        types.keySet(),
        limits,
        want,
        null,
        record -> TaskNotices.dequeued(record, clock.instant()));
  }

  /**
   * Runs a claim, or settles it when it is the run of a dead instance. Returns at once and does not
   * fail: whatever goes wrong with a claim is an end of its task.
   *
   * @param claim the claim, whose kind is registered
   * @return a hold on the task
   */
  public TaskHandle run(Claim claim) {
    TaskRecord task = claim.task();
    LiveRun run = new LiveRun(store, clock, claim, files.directory(task.id(), task.epoch()));
    live.add(run);
    if (closed) {
      stopForClose(run); // claimed after the closing had looked at what runs
    }
    execute(run, () -> begin(run, claim.orphaned()));
    return handle(run.task());
  }

  /** A claim has to be ended by us whatever becomes of the executor: nobody else may end it. */
  private void execute(LiveRun run, Runnable step) {
    Runnable inContext = RunContext.of(run, step);
    try {
      executor.execute(inContext);
    } catch (RejectedExecutionException e) {
      LOG.warn("the executor takes nothing; {} goes on without it", run.task(), e);
      later(run, inContext, Duration.ZERO);
    }
  }

  private void later(LiveRun run, Runnable step, Duration delay) {
    try {
      ScheduledFuture<?> unused = timer.schedule(step, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.error("the end of {} cannot be written any more", run.task(), e);
    }
  }

  private void begin(LiveRun run, boolean orphaned) {
    Work work;
    try {
      files.create(run.task(), run.epoch());
      seeStop(run);
      WorkType type = types.get(run.record().kind());
      if (type == null) {
        throw new IllegalStateException("no work of kind " + run.record().kind());
      }
      work = orphaned ? type.adopt(run) : type.start(run);
    } catch (RuntimeException | Error e) {
      LOG.error("{} could not begin", run.task(), e);
      end(run, Settlement.failed(FailureType.INTERNAL, e.toString()));
      return;
    }
    // first of all its end, which has to be seen whatever else fails
    work.ended().whenComplete((ignored, failure) -> execute(run, () -> end(run, work)));
    try {
      run.begun(work);
      store.find(run.task()).ifPresent(completions::offer);
    } catch (RuntimeException e) {
      LOG.warn("that {} has begun is told later", run.task(), e);
    }
  }

  /** A stop that was stated between the claim and our taking note of the run would be missed. */
  private void seeStop(LiveRun run) {
    store
        .find(run.task())
        .filter(record -> record.epoch() == run.epoch())
        .map(TaskRecord::stop)
        .ifPresent(run::stop);
  }

  private void end(LiveRun run, Work work) {
    Optional<StopReason> stop = run.ended();
    Settlement settlement;
    try {
      settlement = work.settle(stop);
    } catch (RuntimeException | Error e) {
      LOG.error("the end of {} could not be judged", run.task(), e);
      settlement = Settlement.failed(FailureType.INTERNAL, e.toString());
    }
    if (settlement.status().isTerminal()) {
      stop.ifPresent(run::state);
    }
    end(run, settlement);
  }

  private Finish finish(LiveRun run, Settlement settlement) {
    return new Finish(
        settlement.status(),
        TaskViews.fields(settlement.outcome()),
        settlement.attempt(),
        settlement.delay(),
        settlement.session().orElse(null),
        TaskNotices.ended(run.record(), settlement.status(), settlement.outcome(), clock.instant()),
        true);
  }

  /** What is not tried again because somebody stopped it between its end and the writing of it. */
  private static Settlement stopped(Settlement again) {
    return Settlement.end(
        TaskStatus.INTERRUPTED,
        Outcome.failed(FailureType.STOPPED, "stopped before another try"),
        again.session());
  }

  /**
   * Until it is written the permit stays taken: that is safe, and a full disk may get room again.
   */
  private void end(LiveRun run, Settlement settlement) {
    Optional<TaskRecord> written;
    try {
      written = store.finish(run.token(), finish(run, settlement));
    } catch (ClosedException e) {
      written = Optional.empty();
    } catch (RuntimeException e) {
      if (e instanceof InvalidRequestException && settlement.status() == TaskStatus.PENDING) {
        end(run, stopped(settlement));
        return;
      }
      LOG.error("the end of {} cannot be written yet", run.task(), e);
      later(run, () -> execute(run, () -> end(run, settlement)), WRITE_AGAIN);
      return;
    }
    written.ifPresent(completions::offer);
    live.remove(run);
  }

  /**
   * Looks at the store for what happened elsewhere: ends that somebody waits for here, and stops
   * that somebody stated for what runs here. Called now and then, and with hints.
   */
  public void look() {
    for (LiveRun run : live.all()) {
      if (!run.isStopping()) {
        seeStop(run);
      }
    }
    completions.look(store, live.ids());
  }

  boolean stop(TaskId id, StopReason reason) {
    TaskRecord record = record(id);
    if (record.status() == TaskStatus.PENDING) {
      record = store.cancel(id, reason).orElseThrow(() -> gone(id));
      completions.offer(record);
    }
    if (record.status().isTerminal()) {
      return record.status() == TaskStatus.CANCELLED && reason.equals(record.stop());
    }
    LiveRun run = live.find(id).orElse(null);
    if (run != null && run.hasEnded()) {
      return false;
    }
    return store.stopping(id, record.epoch(), reason) && (run == null || run.stop(reason));
  }

  Completions.Waits waits(TaskId id) {
    checkOpen();
    Completions.Waits waits = completions.of(id);
    completions.offer(record(id));
    return waits;
  }

  TaskRecord record(TaskId id) {
    checkOpen();
    return store.find(id).orElseThrow(() -> gone(id));
  }

  String output(TaskId id, int maxBytes) {
    if (maxBytes < 0) {
      throw new InvalidRequestException("ask for at least 0 bytes of output, not " + maxBytes);
    }
    return files.tail(id, record(id).epoch(), maxBytes);
  }

  static InvalidRequestException gone(TaskId id) {
    return new InvalidRequestException("no task " + id + " is kept");
  }

  /** Waits until this instance runs nothing. An interrupt ends the wait, and is kept. */
  public void awaitIdle(Duration time) {
    live.awaitIdle(time);
  }

  /**
   * Waits until all ends are written, in an interrupted thread too: an end that is not written now
   * would be written by nobody as long as this JVM lives.
   *
   * @param time how long at most
   * @return whether nothing runs
   */
  public boolean awaitEnds(Duration time) {
    return live.awaitEnds(time);
  }

  /**
   * Stops what this instance runs and cannot leave behind, ends all waits, and waits for the ends
   * to be written.
   *
   * @param time how long to wait at most
   * @return the tasks that were stopped
   */
  public List<TaskId> close(Duration time) {
    if (closed) {
      return List.of();
    }
    closed = true;
    List<LiveRun> stopped = live.all().stream().filter(this::stopForClose).toList();
    if (!awaitEnds(time)) {
      LOG.warn("closing although these runs have not ended: {}", live.ids());
    }
    completions.close();
    return stopped.stream().map(LiveRun::task).filter(this::isNotPending).sorted().toList();
  }

  private boolean stopForClose(LiveRun run) {
    if (run.hasEnded()) {
      return false;
    }
    try {
      // what has not begun goes back into the line, and a stated stop would not let it
      if (run.hasBegun()) {
        store.stopping(run.task(), run.epoch(), CLOSING);
      }
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

  private boolean isNotPending(TaskId id) {
    return store.find(id).filter(it -> it.status() == TaskStatus.PENDING).isEmpty();
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("this Kugetsu");
    }
  }
}
