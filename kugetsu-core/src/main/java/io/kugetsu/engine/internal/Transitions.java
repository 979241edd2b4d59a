package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Family;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From one state of a task to the next. Pure: nothing is read or written here. */
final class Transitions {
  private Transitions() {}

  static Entry accept(NewTask task, long order, Instant now) {
    TaskRecord record =
        new TaskRecord(
            task.id(),
            task.kind(),
            task.detached(),
            TaskStatus.PENDING,
            1,
            0,
            0,
            task.priority(),
            order,
            task.limitKeys(),
            task.session(),
            task.onlyBy(),
            null,
            null,
            now,
            task.notBefore(),
            null,
            null,
            null,
            null,
            task.idempotencyKey(),
            task.input(),
            Map.of(),
            Map.of(),
            Family.NONE,
            task.requestedBy(),
            null,
            null);
    return new Entry(record, false, task.owed(), null);
  }

  /** A task that was not kept yet becomes the child of another one. */
  static Entry born(Entry accepted, TaskRecord parent) {
    TaskDraft draft = new TaskDraft(accepted.task());
    draft.revision = accepted.task().revision();
    draft.family = new Family(parent.id(), parent.root(), parent.depth() + 1, Set.of(), 0);
    Set<LimitKey> keys = new HashSet<>(draft.limitKeys);
    keys.add(LimitKey.root(parent.root()));
    draft.limitKeys = keys;
    return new Entry(draft.build(), false, accepted.owed(), null);
  }

  /** Another descendant is counted, in the root, and noted, in its parent; those may be one. */
  static Entry spawning(Entry from, @Nullable TaskId child, int descendants) {
    TaskDraft draft = new TaskDraft(from.task());
    Family family = draft.family;
    Set<TaskId> children = new HashSet<>(family.children());
    if (child != null) {
      children.add(child);
    }
    draft.family =
        new Family(
            family.parent(),
            family.root(),
            family.depth(),
            children,
            family.spawned() + descendants);
    return new Entry(draft.build(), from.settling(), from.owed(), null);
  }

  static Entry claim(
      Entry from, Owner me, Instant now, Function<TaskRecord, List<NotificationRecord>> owed) {
    TaskDraft draft = draft(from, TaskStatus.RUNNING);
    draft.epoch++;
    draft.owner = me;
    draft.holder = new Holder.Instance(me);
    draft.notBefore = null;
    draft.heldUntil = null;
    draft.claimedAt = now;
    draft.startedAt = null;
    draft.progress = Map.of();
    draft.outcome = Map.of();
    TaskRecord running = draft.build();
    return new Entry(running, false, from.owing(owed.apply(running)), null);
  }

  /**
   * The run of a dead owner, or of none, goes to somebody who goes on with it or finds out how it
   * ended; the holder is evidence.
   */
  static Entry takeOver(Entry from, Owner me) {
    TaskDraft draft = new TaskDraft(from.task());
    draft.owner = me;
    return new Entry(draft.build(), from.settling(), from.owed(), null);
  }

  static Entry update(Entry from, RunUpdate update, Instant now) {
    TaskDraft draft = new TaskDraft(from.task());
    Holder holder = update.holder();
    if (holder != null) {
      draft.holder = holder;
    }
    if (update.started() && draft.startedAt == null) {
      draft.startedAt = now;
    }
    Map<String, String> progress = new LinkedHashMap<>(draft.progress);
    progress.putAll(update.progress());
    draft.progress = progress;
    boolean settling = from.settling() && holder == null;
    return new Entry(draft.build(), settling, from.owing(update.owed()), null);
  }

  /** Of one that is awaiting nothing runs any more: the reason is noted, and it is awaited on. */
  static Entry stopping(Entry from, StopReason reason) {
    TaskDraft draft =
        from.task().status() == TaskStatus.AWAITING
            ? new TaskDraft(from.task())
            : draft(from, TaskStatus.STOPPING);
    draft.stop = reason;
    return new Entry(draft.build(), from.settling(), from.owed(), null);
  }

  static Entry finish(Entry from, Finish finish, Times times) {
    TaskDraft draft = draft(from, finish.status());
    draft.owner = null;
    draft.holder = null;
    draft.ownEnd = null;
    draft.attempts += finish.attempt() ? 1 : 0;
    draft.outcome = finish.outcome();
    if (finish.status().isTerminal()) {
      draft.endedAt = times.instant();
    } else {
      draft.heldUntil = finish.delay().isZero() ? null : times.moment().plus(finish.delay());
    }
    return new Entry(draft.build(), false, from.owing(finish.owed()), finish.session());
  }

  /**
   * Its own run has ended and its children have not. The end is not one yet, so nobody is told; the
   * rest of it counts.
   */
  static Entry await(Entry from, Finish finish) {
    TaskDraft draft = draft(from, TaskStatus.AWAITING);
    draft.owner = null;
    draft.holder = null;
    draft.ownEnd = finish.status();
    draft.attempts += finish.attempt() ? 1 : 0;
    draft.outcome = finish.outcome();
    return new Entry(draft.build(), false, from.owed(), finish.session());
  }

  static Entry detach(Entry from) {
    TaskDraft draft = new TaskDraft(from.task());
    draft.detached = true;
    return new Entry(draft.build(), from.settling(), from.owed(), null);
  }

  /** Nobody's any more; the holder goes on and is what the next one takes over. */
  static Entry release(Entry from) {
    TaskDraft draft = new TaskDraft(from.task());
    draft.owner = null;
    return new Entry(draft.build(), from.settling(), from.owed(), null);
  }

  static Entry giveBack(Entry from) {
    TaskDraft draft = draft(from, TaskStatus.PENDING);
    draft.owner = null;
    draft.holder = null;
    draft.startedAt = null;
    draft.progress = Map.of();
    return new Entry(draft.build(), false, from.owed(), null);
  }

  static Entry cancel(Entry from, StopReason reason, Instant now) {
    TaskDraft draft = draft(from, TaskStatus.CANCELLED);
    draft.stop = reason;
    draft.endedAt = now;
    return new Entry(draft.build(), false, from.owed(), null);
  }

  private static TaskDraft draft(Entry from, TaskStatus to) {
    TaskRecord task = from.task();
    if (!task.status().canBecome(to)) {
      throw new InvalidRequestException(
          "task " + task.id() + " is " + task.status() + " and cannot become " + to);
    }
    TaskDraft draft = new TaskDraft(task);
    draft.status = to;
    return draft;
  }
}
