package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Queue and limiter in one: a task carries a set of limit keys, and the store does not hand it out
 * while any of them is full, in one atomic step across threads and, where the engine is shared,
 * across JVMs. The permit is the running record itself; nothing else is counted.
 *
 * <p>A running record counts until its owner's terminal step. When the owner is dead, or has
 * released it, it counts only while its holder is not known to be dead, and the next claim hands it
 * out to be taken over. While it is being settled it holds no permit, but its session gets nothing:
 * what is next in it depends on how the run ended. Whoever settles owns the run, so when that one
 * dies too, it is handed out again.
 *
 * <p>Thread-safe. Every method throws {@link io.kugetsu.common.StorageException} when the store
 * cannot be read or written; what was asked for then did not happen.
 */
@Experimental
public interface TaskStore {
  /**
   * Accepts a task. When it returns, the task is as durable as the engine is.
   *
   * @param task the task
   * @return the record, and whether it is new: for an idempotency key that a kept task already has,
   *     whatever its state, nothing is added
   */
  Enqueued enqueue(NewTask task);

  /**
   * Looks for the task that was accepted under an idempotency key.
   *
   * @param idempotencyKey the key
   * @return its record, or empty when none is kept
   */
  Optional<TaskRecord> findByKey(String idempotencyKey);

  /**
   * Accepts exactly this task and hands it out at once, or refuses it. It never overtakes pending
   * work of the given kinds that could be claimed at this moment, whoever could claim it, nor any
   * pending work of its own session. Where nobody hands work out, give no kinds.
   *
   * @param task the task
   * @param request who runs it and under which limits; {@code only} and {@code want} do not count
   * @return the claim, or why not; for a session that is held, or in which others come first, the
   *     key is that of the session
   * @throws io.kugetsu.common.InvalidRequestException when the task has an idempotency key, which
   *     has no meaning for a task that is accepted only if it runs
   */
  Admission admit(NewTask task, ClaimRequest request);

  /**
   * Hands out what may run: by priority, then in the order of acceptance, passing over what has a
   * full key. Within a session nothing overtakes, not even what waits for its time, and whoever
   * stands before somebody of its own session is lent the higher priority; a session that is held
   * gets nothing. Also hands out runs of dead owners and released runs, of the kinds asked for, to
   * be taken over, and cancels pending tasks whose only possible instance is dead.
   *
   * @param request who wants work
   * @return the claims, orphaned runs first; may be empty
   */
  List<Claim> claim(ClaimRequest request);

  /**
   * Makes known how a run goes on.
   *
   * @param token the right to do so
   * @param update what to record
   * @return false when the token is fenced off; then nothing changed
   */
  boolean update(ClaimToken token, RunUpdate update);

  /**
   * States the intent to stop a running task. Any instance may.
   *
   * @param id the task
   * @param epoch the run that is meant
   * @param reason why; the first one counts
   * @return whether the task is stopping now; false when that run is over or not the present one
   */
  boolean stopping(TaskId id, long epoch, StopReason reason);

  /**
   * Turns a foreground run into a background one, for good. Any instance may. Its permits, its
   * owner and its holder stay as they are.
   *
   * @param id the task
   * @param epoch the run that is meant
   * @return whether it is detached now, be it by an earlier call; false when that run is over or
   *     not the present one
   */
  boolean detach(TaskId id, long epoch);

  /**
   * Lets go of a run that goes on without its owner, which closes while its process lives on. The
   * run keeps its status and its holder and counts as long as the holder is not known to be dead;
   * the next claim of its kind, by anybody, the former owner too, hands it out once as an orphaned
   * one. Gives a hint.
   *
   * @param token the right to do so; it is fenced off afterwards
   * @return false when the token is fenced off; then nothing changed
   */
  boolean release(ClaimToken token);

  /**
   * Ends an epoch: the record, its permits, the session and what is owed, in one step. With {@link
   * Finish#keep()} false the record goes in the same step; who dies in the middle of it leaves the
   * run as it was, or nothing.
   *
   * @param token the right to do so
   * @param finish how it ended
   * @return the record as it is now, or as it would be kept; empty when the token is fenced off and
   *     nothing changed
   * @throws io.kugetsu.common.InvalidRequestException when a run that is being stopped is to be
   *     pending again, or a claimed one cancelled; end it as {@link TaskStatus#INTERRUPTED}
   */
  Optional<TaskRecord> finish(ClaimToken token, Finish finish);

  /**
   * Gives a claim back before its work began: pending again, same place in the line, no attempt.
   *
   * @param token the right to do so
   * @return false when the token is fenced off; then nothing changed
   * @throws io.kugetsu.common.InvalidRequestException when the run is being stopped; it has to be
   *     ended
   */
  boolean giveBack(ClaimToken token);

  /**
   * Takes a pending task back; it will never start.
   *
   * @param id the task
   * @param reason what to record as the reason
   * @return the record as it is now: cancelled, or whatever it already was; empty when unknown
   */
  Optional<TaskRecord> cancel(TaskId id, StopReason reason);

  /**
   * Looks one task up.
   *
   * @param id the task
   * @return its record, or empty when it is unknown
   */
  Optional<TaskRecord> find(TaskId id);

  /**
   * Lists tasks, oldest first.
   *
   * @param states which states to list
   * @return their records
   */
  List<TaskRecord> list(Set<TaskStatus> states);

  /**
   * Counts the tasks that are kept. Reads of those that ended what ended since the last call; the
   * first one reads all that ended. One that ends at this moment may be counted twice.
   *
   * @param entry the entry of the outcome by whose values they are counted
   * @return how many of each kind, status and value there are, in no order
   */
  List<Tally> tally(String entry);

  /**
   * Removes the record of a task that has ended, and its idempotency key. Its notifications stay.
   *
   * @param id the task
   * @return whether it was removed; false when it is unknown or has not ended
   */
  boolean forget(TaskId id);

  /**
   * Removes the records of tasks that ended long ago, as {@link #forget} does: all that ended
   * before an instant, and of the others the oldest-ended ones until no more than a number of ended
   * records is left. What is spared is left and counts in that number, and so does one whose end is
   * not wholly applied yet. A record that cannot be read or removed is passed over. Others use the
   * store meanwhile.
   *
   * @param endedBefore those that ended before this instant go
   * @param keep how many ended records are left at most, unless more of them must stay; at least 0
   * @param spare tells which must stay; asked outside of any lock, may call the engine, and what it
   *     throws comes out before anything is removed
   * @return what this call removed, oldest-ended first
   * @throws IllegalArgumentException when {@code keep} is negative
   */
  List<TaskId> prune(Instant endedBefore, int keep, Predicate<TaskRecord> spare);

  /**
   * {@return how much there is of what, without a look at the records of what waits: cheap, however
   * much that is}
   */
  StoreCounts counts();

  /** {@return the pending tasks, in the order in which they would run if one ran at a time} */
  List<TaskId> line();

  /**
   * The place of a pending task in the line.
   *
   * @param id the task
   * @return its place, from 1, or empty when it is not pending
   */
  default OptionalInt position(TaskId id) {
    int index = line().indexOf(id);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index + 1);
  }

  /**
   * Tells how much there is to look after, for less than a listing costs.
   *
   * @return what there is; it may be a moment old
   */
  default Activity activity() {
    if (!list(Set.of(TaskStatus.RUNNING, TaskStatus.STOPPING)).isEmpty()) {
      return Activity.RUNNING;
    }
    return list(Set.of(TaskStatus.PENDING)).isEmpty() ? Activity.NONE : Activity.WAITING;
  }

  /**
   * Asks to be told when there may be something to claim. A hint may come without need and may be
   * lost; it may come on any thread and the callback must not block.
   *
   * @param hint called with each hint
   * @return ends the subscription when closed; closing never throws
   */
  Subscription onWork(Runnable hint);

  /** A subscription; closing it twice is the same as once. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
