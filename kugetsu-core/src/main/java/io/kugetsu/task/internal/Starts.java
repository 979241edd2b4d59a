package io.kugetsu.task.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.process.RunnerCapabilities;
import io.kugetsu.task.Cancellation;
import io.kugetsu.task.CommandSpec;
import io.kugetsu.task.HostSpec;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.TaskSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a spec to a run that was admitted, or a refusal that leaves nothing. */
final class Starts {
  private static final Logger LOG = LoggerFactory.getLogger(Starts.class);

  private final ManagerSettings settings;
  private final TaskStores stores;
  private final RunControl control;
  private final Reports reports;
  private final EventBus bus;
  private final Completions completions;
  private final CommandWorkType commands;
  private final HostWorkType hosts;
  private final Set<TaskId> inLine = ConcurrentHashMap.newKeySet();
  private final Set<TaskId> entering = ConcurrentHashMap.newKeySet();

  Starts(
      ManagerSettings settings,
      TaskStores stores,
      RunControl control,
      Reports reports,
      EventBus bus,
      Completions completions,
      CommandWorkType commands,
      HostWorkType hosts) {
    this.settings = settings;
    this.stores = stores;
    this.control = control;
    this.reports = reports;
    this.bus = bus;
    this.completions = completions;
    this.commands = commands;
    this.hosts = hosts;
  }

  /** Starts a task; the request says whose pending work keeps its room. */
  Completions.Waits start(TaskId id, TaskSpec<?> spec, ClaimRequest request) {
    TaskStore store = accept(id, spec);
    try {
      if (spec.waitsForPermit() && store == stores.kept()) {
        return inLine(id, spec);
      }
      Admission admission = store.admit(task(id, spec), request);
      if (admission instanceof Admission.Refused refused) {
        throw refusal(refused);
      }
      Admission.Admitted admitted = (Admission.Admitted) admission;
      // not before there is a record of it, and before it runs, since it may end at once
      Completions.Waits waits = waits(id);
      reports.accepted(admitted.claim().task());
      control.take(
          admitted.claim(), store, new RunEvents(bus, false), spec.cancelledBy().orElse(null));
      return waits;
    } catch (RuntimeException | Error e) {
      commands.forget(id);
      hosts.forget(id);
      completions.forget(id);
      throw e;
    }
  }

  private Completions.Waits waits(TaskId id) {
    Completions.Waits waits = completions.of(id);
    CompletableFuture<TaskResult> unused =
        waits.ended.whenComplete(
            (end, failure) -> {
              // what came to an end before its work was begun would be remembered for ever
              commands.drop(id);
              hosts.forget(id);
              inLine.remove(id);
            });
    return waits;
  }

  /** Whether it is awaited already, and there may be no record of it yet. */
  boolean isEntering(TaskId id) {
    return entering.contains(id);
  }

  /** Waits with everybody else; the dispatcher of this instance gets it when it is its turn. */
  private Completions.Waits inLine(TaskId id, TaskSpec<?> spec) {
    inLine.add(id);
    entering.add(id);
    Completions.Waits waits = waits(id); // it may run, and end, as soon as it stands in the line
    try {
      reports.accepting(id, () -> stores.kept().enqueue(task(id, spec)));
    } catch (RuntimeException | Error e) {
      inLine.remove(id);
      throw e;
    } finally {
      entering.remove(id);
    }
    spec.cancelledBy().ifPresent(signal -> attend(id, signal, waits));
    return waits;
  }

  /** The caller's signal counts until it has ended or is in the background. */
  private void attend(TaskId id, Cancellation signal, Completions.Waits waits) {
    Cancellation.Registration registration = signal.onCancel(reason -> callOffSoon(id, reason));
    CompletableFuture<?> unused =
        waits.released.whenComplete((release, failure) -> registration.close());
  }

  /** Not on the caller's thread, unless there is no other: a signal comes only once. */
  private void callOffSoon(TaskId id, StopReason reason) {
    try {
      settings.executor().execute(() -> control.callOff(id, reason));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      LOG.warn("no thread to take back {}", id, e);
      control.callOff(id, reason);
    }
  }

  /** Nobody else can run what waits: it is taken back. */
  void close(StopReason closing) {
    for (TaskId id : inLine) {
      try {
        control.cancelWaiting(id, closing);
      } catch (RuntimeException e) {
        LOG.warn("{} waits until this JVM ends", id, e);
      }
    }
  }

  /** Everything that can be wrong with it is found here, before anything is written. */
  private TaskStore accept(TaskId id, TaskSpec<?> spec) {
    boolean inMemory = false;
    if (spec instanceof CommandSpec command) {
      RunnerCapabilities can = settings.runners().capabilities(command.runner());
      command.toProcess(settings.environment()).build();
      if (command.memoryCeiling() > 0 && !can.memoryCeiling()) {
        throw new InvalidRequestException(
            "a memory ceiling is not enforced for " + command.runner() + " here; leave it out");
      }
      inMemory =
          command.runner() == CommandSpec.Runner.PIPES
              && !command.isBackground()
              && command.limitKeys().isEmpty();
      commands.accept(id, command);
    } else {
      hosts.accept(id, (HostSpec) spec);
    }
    return inMemory ? stores.inMemory() : stores.kept();
  }

  private NewTask task(TaskId id, TaskSpec<?> spec) {
    Map<String, String> input = new HashMap<>(TaskOptions.of(spec).toInput());
    Optional.of(spec.description())
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> input.put(TaskViews.DESCRIPTION, text));
    if (spec instanceof CommandSpec command) {
      input.putAll(CommandWorkType.input(command));
    }
    return new NewTask(
        id,
        spec instanceof CommandSpec ? CommandWorkType.KIND : HostWorkType.KIND,
        spec.isBackground(),
        0,
        spec.limitKeys(),
        null,
        settings.me(),
        null,
        null,
        input,
        List.of());
  }

  private static LimitReachedException refusal(Admission.Refused refused) {
    return new LimitReachedException(
        refused.why().isEmpty()
            ? "the limit of " + refused.key() + " (" + refused.limit() + ") is reached"
            : "nothing of " + refused.key() + " starts for now",
        refused.key(),
        refused.limit(),
        refused.holders(),
        refused.position(),
        refused.why(),
        refused.until());
  }
}
