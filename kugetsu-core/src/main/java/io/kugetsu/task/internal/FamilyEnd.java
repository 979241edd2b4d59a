package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Settlement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** What becomes of a task whose own run ended before the tasks that it started did. */
final class FamilyEnd {
  private FamilyEnd() {}

  /**
   * Settles a task that awaits nobody any more.
   *
   * @param parent its record
   * @param find looks a task up
   */
  static Settlement of(TaskRecord parent, Function<TaskId, Optional<TaskRecord>> find) {
    Outcome own = TaskViews.outcome(parent.outcome());
    TaskStatus ownEnd = parent.ownEnd();
    if (ownEnd != null && ownEnd != TaskStatus.COMPLETED) {
      return settlement(ownEnd, own);
    }
    StopReason stop = parent.stop();
    if (stop != null) {
      return settlement(
          Endings.status(stop.origin()),
          failed(own, Endings.failure(stop.origin()), Endings.text(stop)));
    }
    return parent.family().children().stream()
        .sorted()
        .flatMap(id -> problem(id, find).stream())
        .findFirst()
        .map(error -> settlement(TaskStatus.FAILED, failed(own, FailureType.CHILD, error)))
        .orElseGet(() -> settlement(TaskStatus.COMPLETED, own));
  }

  /** Its own run counted as an attempt when that ended, and its session was told then. */
  private static Settlement settlement(TaskStatus status, Outcome outcome) {
    return new Settlement(status, outcome, false, Duration.ZERO, Optional.empty());
  }

  private static Outcome failed(Outcome own, FailureType type, String error) {
    return new Outcome(
        own.answer(),
        own.exitCode(),
        own.signal(),
        Optional.of(type),
        error,
        own.changes(),
        own.lastOutput());
  }

  /** One that is not kept was never accepted: those that ended are kept for their parent. */
  private static Optional<String> problem(TaskId id, Function<TaskId, Optional<TaskRecord>> find) {
    try {
      return find.apply(id)
          .filter(child -> child.status() != TaskStatus.COMPLETED)
          .map(child -> "a child failed: " + id);
    } catch (StorageException e) {
      return Optional.of("nobody can say how a child ended: " + id);
    }
  }
}
