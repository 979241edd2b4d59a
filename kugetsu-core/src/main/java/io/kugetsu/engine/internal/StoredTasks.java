package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Activity;
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
import io.kugetsu.engine.StoreCounts;
import io.kugetsu.engine.Tally;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue and the limits, over any vault. */
final class StoredTasks implements TaskStore {
  private static final Logger LOG = LoggerFactory.getLogger(StoredTasks.class);

  /** More than these are not read in one go. */
  private static final int MANY = 1_000;

  private final Vault vault;
  private final Times times;
  private final Families families;
  private final HandingOut handingOut;
  private final Acceptance acceptance;
  private final Retention retention;
  private final EndedTally ended;
  private final Hints hints;
  private final Hints news;
  private final Gate gate;

  StoredTasks(Vault vault, Times times, Liveness.Probe probe, Hints hints, Hints news, Gate gate) {
    this.vault = vault;
    this.times = times;
    this.families = new Families(vault);
    this.handingOut = new HandingOut(vault, times, probe);
    this.acceptance = new Acceptance(vault, times, families, handingOut);
    this.retention = new Retention(vault);
    this.ended = new EndedTally(vault);
    this.hints = hints;
    this.news = news;
    this.gate = gate;
  }

  @Override
  public Enqueued enqueue(NewTask task) {
    gate.check();
    Enqueued result = acceptance.enqueue(task);
    hints.give();
    return result;
  }

  @Override
  public Optional<TaskRecord> findByKey(String idempotencyKey) {
    gate.check();
    return vault.locked(() -> acceptance.known(idempotencyKey)).map(Entry::task);
  }

  @Override
  public Admission admit(NewTask task, ClaimRequest request) {
    gate.check();
    Admission admission = acceptance.admit(task, request);
    news.give();
    return admission;
  }

  @Override
  public List<Claim> claim(ClaimRequest request) {
    gate.check();
    vault.prepare();
    List<Claim> claims = vault.locked(() -> handingOut.claim(request));
    if (!claims.isEmpty()) {
      news.give();
    }
    return claims;
  }

  @Override
  public boolean update(ClaimToken token, RunUpdate update) {
    boolean done =
        change(token, entry -> Transitions.update(entry, update, times.instant())).isPresent();
    if (done && !update.owed().isEmpty()) {
      news.give();
    }
    return done;
  }

  @Override
  public boolean stopping(TaskId id, long epoch, StopReason reason) {
    gate.check();
    return vault.locked(
        () -> {
          Entry entry = vault.find(id).filter(found -> isRun(found, epoch)).orElse(null);
          return entry != null && (entry.task().stop() != null || state(entry, reason));
        });
  }

  private boolean state(Entry entry, StopReason reason) {
    boolean stated = vault.replace(entry, Transitions.stopping(entry, reason));
    if (stated && !entry.task().family().children().isEmpty()) {
      families.stopChildren(entry.task(), times.instant());
      hints.give(); // those who run them do not wait for a look of their own
    }
    return stated;
  }

  @Override
  public boolean detach(TaskId id, long epoch) {
    gate.check();
    return vault.locked(
        () -> {
          Entry entry = vault.find(id).filter(found -> isRun(found, epoch)).orElse(null);
          return entry != null
              && (entry.task().detached() || vault.replace(entry, Transitions.detach(entry)));
        });
  }

  @Override
  public Optional<TaskRecord> finish(ClaimToken token, Finish finish) {
    BiPredicate<Entry, Entry> write =
        (from, to) ->
            isKept(finish, from.task(), to.task()) ? vault.replace(from, to) : vault.drop(from, to);
    Optional<TaskRecord> ended = change(token, entry -> ended(entry, finish), write);
    ended.ifPresent(any -> hints.give());
    return ended;
  }

  private Entry ended(Entry entry, Finish finish) {
    boolean isOwn = entry.task().status() != TaskStatus.AWAITING && finish.status().isTerminal();
    return isOwn && families.awaits(entry.task(), finish.status())
        ? Transitions.await(entry, finish)
        : Transitions.finish(entry, finish, times);
  }

  /** How a child ended has to be known to its parent's end. */
  private static boolean isKept(Finish finish, TaskRecord from, TaskRecord to) {
    return finish.keep() || from.detached() || from.parent() != null || !to.status().isTerminal();
  }

  @Override
  public boolean giveBack(ClaimToken token) {
    boolean done = change(token, Transitions::giveBack).isPresent();
    if (done) {
      hints.give();
    }
    return done;
  }

  @Override
  public boolean release(ClaimToken token) {
    boolean done = change(token, Transitions::release).isPresent();
    if (done) {
      hints.give();
    }
    return done;
  }

  private Optional<TaskRecord> change(ClaimToken token, UnaryOperator<Entry> step) {
    return change(token, step, vault::replace);
  }

  private Optional<TaskRecord> change(
      ClaimToken token, UnaryOperator<Entry> step, BiPredicate<Entry, Entry> write) {
    gate.check();
    return vault.locked(
        () ->
            vault
                .find(token.task())
                .filter(entry -> isHeldBy(entry, token))
                .flatMap(entry -> written(entry, step.apply(entry), write)));
  }

  private static Optional<TaskRecord> written(
      Entry from, Entry to, BiPredicate<Entry, Entry> write) {
    return write.test(from, to) ? Optional.of(to.task()) : Optional.empty();
  }

  private static boolean isHeldBy(Entry entry, ClaimToken token) {
    Owner owner = entry.task().owner();
    return isRun(entry, token.epoch())
        && owner != null
        && owner.instance().equals(token.instance());
  }

  private static boolean isRun(Entry entry, long epoch) {
    TaskStatus status = entry.task().status();
    return status != TaskStatus.PENDING && !status.isTerminal() && entry.task().epoch() == epoch;
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
              Instant at = times.instant();
              Optional<TaskRecord> cancelled =
                  written(entry, Transitions.cancel(entry, reason, at), vault::replace);
              cancelled.ifPresent(any -> families.stopChildren(entry.task(), at));
              return cancelled;
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
    boolean waiting = states.contains(TaskStatus.PENDING) || states.contains(TaskStatus.AWAITING);
    if (waiting) {
      vault.prepare();
    }
    Map<TaskId, TaskRecord> newest = new HashMap<>();
    List<TaskId> rest = new ArrayList<>();
    vault.locked(
        () -> {
          if (waiting) {
            rest.addAll(listWaiting(newest));
          }
          vault.running().forEach(entry -> keepNewest(newest, entry));
          return newest;
        });
    rest.forEach(id -> lookUp(id).ifPresent(entry -> keepNewest(newest, entry)));
    if (states.stream().anyMatch(TaskStatus::isTerminal)) {
      vault.ended().forEach(entry -> keepNewest(newest, entry));
    }
    return newest.values().stream()
        .filter(task -> states.contains(task.status()) && !task.kind().isEmpty())
        .sorted(Comparator.comparing(TaskRecord::createdAt).thenComparing(Line.BY_ACCEPTANCE))
        .toList();
  }

  /** So many that they are not read under the lock are returned. */
  private Collection<TaskId> listWaiting(Map<TaskId, TaskRecord> newest) {
    if (vault.waiting().size() > MANY) {
      return vault.waiting().ids();
    }
    vault.pending().forEach(entry -> keepNewest(newest, entry));
    return List.of();
  }

  /** One that cannot be read is listed by nobody. */
  private Optional<Entry> lookUp(TaskId id) {
    try {
      return vault.find(id);
    } catch (StorageException e) {
      LOG.debug("listed without {}: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  private static void keepNewest(Map<TaskId, TaskRecord> newest, Entry entry) {
    TaskRecord task = entry.task();
    newest.merge(task.id(), task, (a, b) -> a.revision() >= b.revision() ? a : b);
  }

  @Override
  public List<Tally> tally(String entry) {
    gate.check();
    return ended.count(entry);
  }

  @Override
  public boolean forget(TaskId id) {
    gate.check();
    return vault.locked(
        () ->
            vault
                .find(id)
                .filter(entry -> entry.task().status().isTerminal() && !isAwaited(entry.task()))
                .map(vault::remove)
                .orElse(false));
  }

  /** How it ended has to be known as long as its parent has not. */
  private boolean isAwaited(TaskRecord child) {
    return Optional.ofNullable(child.parent())
        .flatMap(vault::find)
        .filter(parent -> !parent.task().status().isTerminal())
        .isPresent();
  }

  @Override
  public List<TaskId> prune(Instant endedBefore, int keep, Predicate<TaskRecord> spare) {
    gate.check();
    if (keep < 0) {
      throw new IllegalArgumentException("fewer than no records cannot be kept");
    }
    return retention.prune(endedBefore, keep, spare);
  }

  @Override
  public StoreCounts counts() {
    gate.check();
    vault.prepare();
    return vault.locked(
        () -> {
          WaitingLine line = vault.waiting();
          Map<LimitKey, Integer> held = new HashMap<>();
          Collection<Entry> running = vault.running();
          running.stream()
              .filter(entry -> !entry.settling())
              .flatMap(entry -> entry.task().limitKeys().stream())
              .forEach(key -> held.merge(key, 1, Integer::sum));
          return new StoreCounts(
              line.size(),
              line.oldest().orElse(null),
              line.awaiting().size(),
              running.size(),
              held);
        });
  }

  @Override
  public List<TaskId> line() {
    gate.check();
    vault.prepare();
    return vault.locked(() -> vault.waiting().entries()).stream()
        .map(entry -> entry.task().id())
        .toList();
  }

  @Override
  public OptionalInt position(TaskId id) {
    gate.check();
    vault.prepare();
    int position = vault.locked(() -> vault.waiting().position(id));
    return position == 0 ? OptionalInt.empty() : OptionalInt.of(position);
  }

  @Override
  public Activity activity() {
    gate.check();
    return vault.activity();
  }

  @Override
  public Subscription onWork(Runnable hint) {
    gate.check();
    return hints.subscribe(hint);
  }
}
