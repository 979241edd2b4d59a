package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.process.RunnerCapabilities;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.CommandSpec;
import io.kugetsu.task.Detachment;
import io.kugetsu.task.EndedTasks;
import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.task.WorkType;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of one instance, as others see them. From a spec to a run: {@link Starts}. A run's
 * beginning and end: {@link RunDriver}. Putting it into the background, stopping it: {@link
 * RunControl}. Who is told: {@link Reports}.
 */
public final class DefaultBackgroundManager implements BackgroundManager {
  private static final Logger LOG = LoggerFactory.getLogger(DefaultBackgroundManager.class);
  private static final Set<TaskStatus> ACTIVE =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING, TaskStatus.AWAITING);
  private static final Set<TaskStatus> RUNS = EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING);
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(8);
  private static final Duration LISTENERS_BOUND = Duration.ofSeconds(2);

  private final ManagerSettings settings;
  private final TaskStores stores;
  private final LiveRuns live = new LiveRuns();
  private final Completions completions;
  private final Awaiting awaiting;
  private final EventBus events;
  private final TaskOutputs outputs;
  private final Reports reports;
  private final RunDriver driver;
  private final RunControl control;
  private final Starts starts;
  private final RetentionKeeper retention;
  private final Consumer<Runnable> closing;
  private final Entrance entrance = new Entrance("this manager of tasks");

  /**
   * Makes a manager.
   *
   * @param settings what it is put together from; it owns none of it
   * @param closing what {@link #close()} does around the closing itself, which it is given
   */
  public DefaultBackgroundManager(ManagerSettings settings, Consumer<Runnable> closing) {
    this.settings = settings;
    this.closing = closing;
    Maskers maskers = new Maskers(settings.environment());
    this.stores = new TaskStores(settings.engine(), settings.clock());
    this.completions = new Completions(settings.executor());
    this.awaiting = new Awaiting(stores, completions);
    this.events = new EventBus(settings.executor());
    this.outputs =
        new TaskOutputs(settings.files(), live, completions, settings.executor(), maskers);
    this.reports = new Reports(live, completions, events, outputs, settings);
    this.driver = new RunDriver(settings, live, reports);
    this.control = new RunControl(stores, live, driver, reports, settings);
    CommandWorkType commands =
        new CommandWorkType(settings.runners(), settings.files(), settings.environment(), maskers);
    HostWorkType hosts =
        new HostWorkType(
            settings.executor(),
            maskers.shared(),
            (id, text) -> live.find(id).ifPresent(run -> reports.progress(run, text)));
    driver.register(commands);
    driver.register(hosts);
    this.starts =
        new Starts(settings, stores, control, reports, events, completions, commands, hosts);
    this.retention = new RetentionKeeper(settings, stores, control::pruned);
  }

  /** Begins what is done now and then by itself. */
  public void begin() {
    retention.begin();
  }

  @Override
  public void register(WorkType type) {
    checkOpen();
    driver.register(type);
  }

  @Override
  public RunnerCapabilities capabilities(CommandSpec.Runner runner) {
    checkOpen();
    return settings.runners().capabilities(runner);
  }

  @Override
  public TaskHandle start(TaskSpec<?> spec) {
    checkOpen();
    ClaimRequest admission = request(settings.limits().get(), 1);
    TaskId id = TaskId.next(settings.clock());
    return whileOpen(() -> new StoredHandle(this, id, starts.start(id, spec, admission)));
  }

  /**
   * Does something that ends with a run of this instance: from its beginning on, the closing waits
   * until it knows of that run. What would be admitted and not run would keep its permits as long
   * as this JVM lives.
   *
   * @param step from the admission until the run is known
   * @param <T> what it gives
   * @return what it gives
   * @throws ClosedException when the manager is closed; nothing was done then
   */
  public <T> T whileOpen(Supplier<T> step) {
    return entrance.through(step);
  }

  @Override
  public Optional<TaskHandle> find(TaskId id) {
    checkOpen();
    // of one in the foreground nothing may be left but what its handles have, or not even that
    return stores.find(id).flatMap(it -> it.detached() ? Optional.of(handle(id)) : attend(it));
  }

  private Optional<TaskHandle> attend(TaskRecord record) {
    return awaiting.foreground(record).map(waits -> new StoredHandle(this, record.id(), waits));
  }

  /**
   * A hold on a task that is known to be there.
   *
   * @param id the task
   * @return its handle
   */
  public TaskHandle handle(TaskId id) {
    return new StoredHandle(this, id, null);
  }

  @Override
  public List<TaskInfo> active() {
    return infos(ACTIVE, TaskRecord::detached);
  }

  @Override
  public List<TaskInfo> foreground() {
    return infos(ACTIVE, record -> !record.detached());
  }

  @Override
  public List<TaskInfo> list() {
    return infos(
        EnumSet.allOf(TaskStatus.class),
        record -> record.detached() || record.status().isTerminal());
  }

  private List<TaskInfo> infos(Set<TaskStatus> states, Predicate<TaskRecord> which) {
    checkOpen();
    return stores.list(states).stream().filter(which).map(TaskViews::info).toList();
  }

  @Override
  public EndedTasks awaitAny(Collection<TaskId> ids, Duration time) {
    checkOpen();
    return awaiting.any(
        ids.isEmpty() ? active().stream().map(TaskInfo::id).toList() : List.copyOf(ids), time);
  }

  @Override
  public boolean awaitAll(Predicate<TaskInfo> matters, Duration time) {
    return completions.await(
        () ->
            infos(ACTIVE, record -> record.detached() || live.find(record.id()).isPresent())
                .stream()
                .noneMatch(matters),
        time,
        "the end of all tasks");
  }

  @Override
  public <E extends TaskEvent> EventSubscription subscribe(
      Class<E> type, Consumer<? super E> listener) {
    checkOpen();
    EventSubscription subscription = events.subscribe(type, listener);
    live.all().forEach(reports::watch);
    return subscription;
  }

  @Override
  public int prune() {
    checkOpen();
    return retention.prune();
  }

  /**
   * What a claim of this instance asks for.
   *
   * @param limits the limits in force
   * @param want how many tasks at most
   * @return the request
   */
  public ClaimRequest request(Limits limits, int want) {
    return settings.request(driver.kinds(), limits, want);
  }

  /**
   * Accepts a task that whoever claims it runs, and tells that before all that becomes of it.
   *
   * @param task the task
   * @return its record, and whether it is new; only then it is told
   */
  public Enqueued accept(NewTask task) {
    return reports.accepting(task.id(), () -> stores.kept().enqueue(task));
  }

  /**
   * Tells that a task was accepted that is about to be run by this instance.
   *
   * @param record its record
   */
  public void accepted(TaskRecord record) {
    reports.accepted(record);
  }

  /** {@return what can be done to tasks that do not run} */
  public Housekeeping housekeeping() {
    return new Housekeeping(control, retention);
  }

  /**
   * Runs a claim, or settles it when it is the run of a dead instance. Returns at once and does not
   * fail: whatever goes wrong with a claim is an end of its task.
   *
   * @param claim the claim, whose kind is registered
   * @return a hold on the task
   */
  public TaskHandle run(Claim claim) {
    boolean started = claim.task().startedAt() != null;
    control.take(claim, stores.kept(), new RunEvents(events, started), null);
    return handle(claim.task().id());
  }

  /**
   * Looks at the store for what happened elsewhere: ends that somebody waits for here, and stops
   * and detachings that somebody stated for what runs here. Called now and then, and with hints.
   *
   * @return whether something is awaited that does not run here
   */
  public boolean look() {
    Set<TaskId> awaited = completions.awaited(live.ids());
    awaited.removeIf(starts::isEntering);
    if (awaited.isEmpty() && live.ids().isEmpty()) {
      return false;
    }
    List<TaskRecord> runs = stores.list(RUNS);
    control.look(runs);
    completions.look(awaited, runs, stores::find, id -> live.find(id).isPresent());
    return !awaited.isEmpty();
  }

  boolean stop(TaskId id, StopReason reason) {
    checkOpen();
    return control.stop(id, reason);
  }

  Detachment detach(TaskId id) {
    checkOpen();
    return control.detach(id);
  }

  Completions.Waits waits(TaskId id) {
    checkOpen();
    return awaiting.waits(id);
  }

  Completions.Waits whileOpen(Completions.Waits waits) {
    checkOpen();
    return waits;
  }

  Optional<TaskRecord> lookUp(TaskId id) {
    checkOpen();
    return stores.find(id);
  }

  OptionalInt position(TaskId id) {
    checkOpen();
    return stores.kept().position(id);
  }

  TaskOutputs outputs() {
    checkOpen();
    return outputs;
  }

  <T> CompletionStage<T> forOthers(CompletableFuture<T> stage) {
    return completions.forOthers(stage);
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
   * What a closing did.
   *
   * @param stopped the tasks that were stopped
   * @param left the tasks that go on without this instance
   */
  public record Closing(List<TaskId> stopped, List<TaskId> left) {}

  @Override
  public void close() {
    closing.accept(() -> close(CLOSE_BOUND));
  }

  /**
   * Lets go of what can go on without this instance, stops the rest, ends all waits and
   * subscriptions, and waits for the ends to be written. Repeated it returns when that is done.
   *
   * @param time how long to wait at most
   * @return what became of the tasks that ran
   */
  public Closing close(Duration time) {
    return entrance.close(() -> end(time)).orElse(new Closing(List.of(), List.of()));
  }

  private Closing end(Duration time) {
    retention.close();
    starts.close(RunControl.CLOSING);
    List<LiveRun> stopped = control.close();
    if (!awaitEnds(time)) {
      LOG.warn("closing although these runs have not ended: {}", live.ids());
      control.leave();
    }
    outputs.close();
    if (!events.close(LISTENERS_BOUND)) {
      LOG.warn("closing although a listener has not come back");
    }
    completions.close();
    List<TaskId> left = control.left();
    List<TaskId> interrupted =
        stopped.stream()
            .map(LiveRun::task)
            .filter(id -> !left.contains(id) && !stores.isPending(id))
            .sorted()
            .toList();
    stores.onlyInMemory().forEach(settings.files()::delete);
    stores.close();
    return new Closing(interrupted, left);
  }

  /** What it holds of tasks that have not ended: those that run here, those that are awaited. */
  List<Integer> held() {
    return List.of(live.ids().size(), completions.size());
  }

  private void checkOpen() {
    entrance.check();
  }
}
