package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue and the limits, over any vault. */
final class StoredTasks implements TaskStore {
  private static final Logger LOG = LoggerFactory.getLogger(StoredTasks.class);
  private static final StopReason NOBODY_LEFT =
      new StopReason(StopReason.Origin.HOST, "the only instance that could run it is gone");
  private static final int ROUNDS = 10;

  private final Vault vault;
  private final Clock clock;
  private final Liveness.Probe probe;
  private final Hints hints;
  private final Gate gate;

  StoredTasks(Vault vault, Clock clock, Liveness.Probe probe, Hints hints, Gate gate) {
    this.vault = vault;
    this.clock = clock;
    this.probe = probe;
    this.hints = hints;
    this.gate = gate;
  }

  @Override
  public Enqueued enqueue(NewTask task) {
    gate.check();
    String key = task.idempotencyKey();
    Enqueued result =
        key == null ? new Enqueued(add(task), true) : vault.locked(() -> enqueueOnce(key, task));
    hints.give();
    return result;
  }

  private Enqueued enqueueOnce(String key, NewTask task) {
    Optional<Entry> known = vault.taskOf(key).flatMap(vault::find);
    if (known.isPresent()) {
      return new Enqueued(known.get().task(), false);
    }
    // First the key: a key without a task is free to be used again, a task without its key is not
    // found by it.
    vault.bind(key, task.id());
    return new Enqueued(add(task), true);
  }

  private TaskRecord add(NewTask task) {
    Entry entry = accept(task);
    vault.add(entry);
    return entry.task();
  }

  private Entry accept(NewTask task) {
    Instant now = clock.instant();
    return Transitions.accept(task, LineOrder.next(now), now);
  }

  @Override
  public Admission admit(NewTask task, ClaimRequest request) {
    gate.check();
    if (task.idempotencyKey() != null) {
      throw new InvalidRequestException(
          "a task that runs at once or not at all takes no idempotency key");
    }
    return vault.locked(
        () -> {
          Entry accepted = accept(task);
          Optional<Admission.Refused> refused = planner(request).admit(accepted, request.kinds());
          if (refused.isPresent()) {
            return refused.get();
          }
          Entry running =
              Transitions.claim(accepted, request.me(), clock.instant(), request.owed());
          vault.add(running);
          return new Admission.Admitted(claimed(running, false));
        });
  }

  @Override
  public List<Claim> claim(ClaimRequest request) {
    gate.check();
    return vault.locked(() -> claimLocked(request));
  }

  private List<Claim> claimLocked(ClaimRequest request) {
    List<Claim> claims = new ArrayList<>();
    int left = request.want();
    for (int round = 0; round < ROUNDS; round++) {
      AdmissionPlanner.Plan plan = planner(request).claim(with(request, left));
      int before = claims.size();
      boolean current = carryOut(plan, request, claims);
      if (current) {
        return claims;
      }
      left -=
          (int) claims.subList(before, claims.size()).stream().filter(c -> !c.orphaned()).count();
    }
    LOG.warn("gave up handing out work: the records kept changing under the engine's lock");
    return claims;
  }

  private static ClaimRequest with(ClaimRequest request, int want) {
    return new ClaimRequest(
        request.me(), request.kinds(), request.limits(), want, request.only(), request.owed());
  }

  /**
   * Writes what was planned; false when a record turned out to be another one than planned with.
   */
  private boolean carryOut(AdmissionPlanner.Plan plan, ClaimRequest request, List<Claim> claims) {
    for (Step step : steps(plan, request)) {
      try {
        if (!vault.replace(step.from, step.to)) {
          return false;
        }
      } catch (StorageException e) {
        if (claims.isEmpty()) {
          throw e;
        }
        // What was handed out before is the caller's already and has to reach it.
        LOG.warn("handed out only {} of the tasks that may run", claims.size(), e);
        return true;
      }
      if (!step.to.task().status().isTerminal()) {
        claims.add(claimed(step.to, step.from.task().owner() != null));
      }
    }
    return true;
  }

  private record Step(Entry from, Entry to) {}

  /** All of them before the first is written: what the caller's function throws changes nothing. */
  private List<Step> steps(AdmissionPlanner.Plan plan, ClaimRequest request) {
    Instant now = clock.instant();
    List<Step> steps = new ArrayList<>();
    for (Entry entry : plan.cancelled()) {
      steps.add(new Step(entry, Transitions.cancel(entry, NOBODY_LEFT, now)));
    }
    for (Entry entry : plan.orphans()) {
      steps.add(new Step(entry, Transitions.takeOver(entry, request.me())));
    }
    for (Entry entry : plan.given()) {
      steps.add(new Step(entry, Transitions.claim(entry, request.me(), now, request.owed())));
    }
    return steps;
  }

  private AdmissionPlanner planner(ClaimRequest request) {
    return new AdmissionPlanner(
        vault.running(), vault.pending(), heldSessions(), request.limits(), probe, clock.instant());
  }

  /** Asks for each session once; one that cannot be read gets nothing until somebody has looked. */
  private Predicate<SessionKey> heldSessions() {
    Map<SessionKey, Boolean> held = new HashMap<>();
    return key ->
        held.computeIfAbsent(
            key,
            any -> {
              try {
                return vault.session(key).map(SessionRecord::held).orElse(false);
              } catch (StorageException e) {
                LOG.warn("session {} gets no work: {}", key, e.getMessage());
                return true;
              }
            });
  }

  private static Claim claimed(Entry entry, boolean orphaned) {
    TaskRecord task = entry.task();
    Owner owner = Objects.requireNonNull(task.owner());
    return new Claim(new ClaimToken(task.id(), task.epoch(), owner.instance()), task, orphaned);
  }

  @Override
  public boolean update(ClaimToken token, RunUpdate update) {
    return change(token, entry -> Transitions.update(entry, update, clock.instant())).isPresent();
  }

  @Override
  public boolean stopping(TaskId id, long epoch, StopReason reason) {
    gate.check();
    return vault.locked(
        () -> {
          Entry entry = vault.find(id).filter(found -> isRun(found, epoch)).orElse(null);
          if (entry == null) {
            return false;
          }
          return entry.task().status() == TaskStatus.STOPPING
              || vault.replace(entry, Transitions.stopping(entry, reason));
        });
  }

  @Override
  public Optional<TaskRecord> finish(ClaimToken token, Finish finish) {
    Optional<TaskRecord> ended =
        change(token, entry -> Transitions.finish(entry, finish, clock.instant()));
    ended.ifPresent(any -> hints.give());
    return ended;
  }

  @Override
  public boolean giveBack(ClaimToken token) {
    boolean done = change(token, Transitions::giveBack).isPresent();
    if (done) {
      hints.give();
    }
    return done;
  }

  private Optional<TaskRecord> change(ClaimToken token, UnaryOperator<Entry> step) {
    gate.check();
    return vault.locked(
        () ->
            vault
                .find(token.task())
                .filter(entry -> isHeldBy(entry, token))
                .flatMap(entry -> replaced(entry, step.apply(entry))));
  }

  private Optional<TaskRecord> replaced(Entry from, Entry to) {
    return vault.replace(from, to) ? Optional.of(to.task()) : Optional.empty();
  }

  private static boolean isHeldBy(Entry entry, ClaimToken token) {
    Owner owner = entry.task().owner();
    return isRun(entry, token.epoch())
        && owner != null
        && owner.instance().equals(token.instance());
  }

  private static boolean isRun(Entry entry, long epoch) {
    TaskStatus status = entry.task().status();
    return (status == TaskStatus.RUNNING || status == TaskStatus.STOPPING)
        && entry.task().epoch() == epoch;
  }

  @Override
  public Optional<TaskRecord> cancel(TaskId id, StopReason reason) {
    gate.check();
    Optional<TaskRecord> now =
        vault.locked(
            () -> {
              Optional<Entry> found = vault.find(id);
              if (found.isEmpty() || found.get().task().status() != TaskStatus.PENDING) {
                return found.map(Entry::task);
              }
              Entry entry = found.get();
              return replaced(entry, Transitions.cancel(entry, reason, clock.instant()));
            });
    hints.give();
    return now;
  }

  @Override
  public Optional<TaskRecord> find(TaskId id) {
    gate.check();
    return vault.find(id).map(Entry::task);
  }

  @Override
  public List<TaskRecord> list(Set<TaskStatus> states) {
    gate.check();
    Map<TaskId, TaskRecord> newest = new HashMap<>();
    vault.locked(
        () -> {
          vault.pending().forEach(entry -> keepNewest(newest, entry));
          vault.running().forEach(entry -> keepNewest(newest, entry));
          return newest;
        });
    if (states.stream().anyMatch(TaskStatus::isTerminal)) {
      vault.ended().forEach(entry -> keepNewest(newest, entry));
    }
    return newest.values().stream()
        .filter(task -> states.contains(task.status()) && !task.kind().isEmpty())
        .sorted(Comparator.comparing(TaskRecord::createdAt).thenComparing(Line.BY_ACCEPTANCE))
        .toList();
  }

  private static void keepNewest(Map<TaskId, TaskRecord> newest, Entry entry) {
    TaskRecord task = entry.task();
    newest.merge(task.id(), task, (a, b) -> a.revision() >= b.revision() ? a : b);
  }

  @Override
  public boolean forget(TaskId id) {
    gate.check();
    return vault.locked(
        () ->
            vault.find(id).filter(entry -> entry.task().status().isTerminal()).isPresent()
                && vault.remove(id));
  }

  @Override
  public List<TaskId> line() {
    gate.check();
    return vault.locked(() -> Line.of(vault.pending())).stream()
        .map(entry -> entry.task().id())
        .toList();
  }

  @Override
  public Subscription onWork(Runnable hint) {
    gate.check();
    return hints.subscribe(hint);
  }
}
