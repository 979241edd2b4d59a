package io.kugetsu.engine.internal;

import io.kugetsu.common.StopReason;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The queue and the limits, over any vault. */
final class StoredTasks implements TaskStore {

  private final Vault vault;
  private final Times times;
  private final Families families;
  private final HandingOut handingOut;
  private final Acceptance acceptance;
  private final Retention retention;
  private final Counting counting;
  private final Listing listing;
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
    this.counting = new Counting(vault);
    this.listing = new Listing(vault);
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
    return listing.list(states);
  }

  @Override
  public List<Tally> tally(String entry) {
    gate.check();
    return counting.tally(entry);
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
    return counting.counts();
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
