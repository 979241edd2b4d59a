package io.kugetsu.task;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Something that happened to a task. Immutable; never holds the message or a secret.
 *
 * <p>An event is emitted by the instance that took the step it tells of, once that step is durable,
 * and reaches that instance's subscriptions only. For one task they see, in this order:
 *
 * <ol>
 *   <li>{@link Created}, once;
 *   <li>{@link Queued}, unless the task ran at once;
 *   <li>{@link Started}, once for each epoch that got as far as its work, and only after it that
 *       epoch's {@link Output}, {@link Progress}, {@link Stalled} and {@link IsolationBreach};
 *   <li>{@link Stopping}, at most once for an epoch, when a stop was asked for before its end;
 *   <li>the end of the epoch: {@link Terminal}, or {@link Queued} again when there is another try.
 *       Nothing of an epoch follows its end;
 *   <li>{@link Terminal}, once: no further epoch follows;
 *   <li>{@link Pruned}, once, possibly much later.
 * </ol>
 *
 * {@link Detached} comes at most once, after {@link Created} and before {@link Terminal}. A task
 * that is cancelled before it ran has no {@link Started}, and an epoch that was given back before
 * its work began leaves no event but {@link Queued}. An event may be left out when a listener is
 * too slow, see {@link EventSubscription}; the order is kept all the same. There is no order
 * between different tasks.
 */
public sealed interface TaskEvent {
  /** {@return what every event has} */
  Head head();

  /** {@return the task} */
  default TaskId task() {
    return head().task();
  }

  /** {@return the task's kind of work, as in {@link TaskInfo#kind()}} */
  default String kind() {
    return head().kind();
  }

  /** {@return which claim of the task it belongs to; 0 before the first} */
  default long epoch() {
    return head().epoch();
  }

  /** {@return whether the task was in the background then} */
  default boolean detached() {
    return head().detached();
  }

  /** {@return when it happened, by the instance's clock, which may be set back in between} */
  default Instant at() {
    return head().at();
  }

  /**
   * What every event has.
   *
   * @param task the task
   * @param kind the task's kind of work, as in {@link TaskInfo#kind()}
   * @param epoch which claim of the task it belongs to; 0 before the first
   * @param detached whether the task was in the background then
   * @param at when it happened, by the instance's clock
   */
  record Head(TaskId task, String kind, long epoch, boolean detached, Instant at) {
    /**
     * Checks the epoch.
     *
     * @throws InvalidRequestException when it is negative
     */
    public Head {
      if (epoch < 0) {
        throw new InvalidRequestException("an epoch is 0 or more, not " + epoch);
      }
    }

    /**
     * What an event about a task has.
     *
     * @param info the task as it stands with that event
     * @param at when it happened
     * @return its head
     */
    public static Head of(TaskInfo info, Instant at) {
      return new Head(info.id(), info.kind(), info.epoch(), info.detached(), at);
    }
  }

  /**
   * It was accepted. Emitted by the instance that accepted it, before the call that hands the task
   * over returns.
   *
   * @param head what every event has
   */
  record Created(Head head) implements TaskEvent {}

  /**
   * It waits in the line. Emitted by the instance that put it there: after {@link Created}, or when
   * another try follows, then with the epoch that ended.
   *
   * @param head what every event has
   * @param position its place in the line then, from 1; 0 when that is not known, as it is today:
   *     to look for it would cost more than the acceptance
   */
  record Queued(Head head, int position) implements TaskEvent {
    /**
     * Checks the position.
     *
     * @throws InvalidRequestException when it is negative
     */
    public Queued {
      if (position < 0) {
        throw new InvalidRequestException("a position is 0 or more, not " + position);
      }
    }
  }

  /**
   * Its work runs. Emitted by the instance that runs it, foreground tasks included.
   *
   * @param head what every event has
   */
  record Started(Head head) implements TaskEvent {}

  /**
   * It wrote something. Emitted by the instance that runs it, and only while somebody subscribes to
   * it.
   *
   * @param head what every event has
   * @param chunk what it wrote
   */
  record Output(Head head, OutputChunk chunk) implements TaskEvent {}

  /**
   * It came further. Emitted by the instance that runs it when the work says so.
   *
   * @param head what every event has
   * @param text what to tell a person, secrets masked; each replaces the one before
   */
  record Progress(Head head, String text) implements TaskEvent {}

  /**
   * It went from the foreground into the background, for good. Emitted by the instance that runs
   * it, whoever did that; {@link #detached()} is true from here on.
   *
   * @param head what every event has
   * @param byDeadline whether it went there by itself because the time of its foreground was over
   */
  record Detached(Head head, boolean byDeadline) implements TaskEvent {}

  /**
   * It has been silent for a long time. Nothing was done about it. Emitted by the instance that
   * runs it, once for each silence.
   *
   * @param head what every event has
   * @param quiet how long it has been silent
   */
  record Stalled(Head head, Duration quiet) implements TaskEvent {}

  /**
   * While it ran, something outside of its own place changed: in the main checkout of the
   * repository that its worktree belongs to. Whether it did that itself nobody can tell: a person,
   * another run, and {@code integrate} leave the same traces. Emitted by the instance that judges
   * the run's end, right before it, also when the run began under another one.
   *
   * @param head what every event has
   * @param changed what changed, each once
   * @param examples some of it for a person: refs and paths
   */
  record IsolationBreach(Head head, Set<Changed> changed, List<String> examples)
      implements TaskEvent {
    /** Copies its lists. */
    public IsolationBreach {
      changed = Set.copyOf(changed);
      examples = List.copyOf(examples);
    }

    /** What may change. */
    public enum Changed {
      /** Which branch or commit is checked out. */
      HEAD,
      /** A branch or tag that was there before and is none of kugetsu's worktrees'. */
      REFS,
      /** A file of the main checkout, tracked or new, that git does not ignore. */
      FILES
    }
  }

  /**
   * A stop was asked for and is durable; its processes are being ended. Emitted by the instance
   * that runs it.
   *
   * @param head what every event has
   * @param reason why, the very reason that was given
   */
  record Stopping(Head head, StopReason reason) implements TaskEvent {}

  /**
   * Its own run ended, and tasks that it started have not: it ends with the last of them. Emitted
   * by the instance that ran it, after its permit was freed.
   *
   * @param head what every event has
   */
  record Awaiting(Head head) implements TaskEvent {}

  /**
   * It ended, for good. Emitted by the one instance that wrote the end, after the permit was freed
   * and before {@link TaskHandle#completion()} completes there.
   *
   * @param head what every event has
   * @param result the end
   */
  record Terminal(Head head, TaskResult result) implements TaskEvent {
    /**
     * Checks that it is the end of that task.
     *
     * @throws InvalidRequestException when the task still runs, or is another
     */
    public Terminal {
      if (result.isRunning() || !result.info().id().equals(head.task())) {
        throw new InvalidRequestException("not the end of " + head.task());
      }
    }
  }

  /**
   * Its record and files were removed because their time was over; it cannot be found any more.
   * Emitted by the instance that removed them.
   *
   * @param head what every event has
   */
  record Pruned(Head head) implements TaskEvent {}
}
