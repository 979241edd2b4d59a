package io.kugetsu.engine.internal;

import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.SpawnRefusedException;
import io.kugetsu.common.SpawnRefusedException.Reason;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that start tasks: who may, what of them is open, and that a stop goes down to all of them.
 * Used under the engine's lock.
 */
final class Families {
  private static final Logger LOG = LoggerFactory.getLogger(Families.class);
  static final StopReason STOPPED_WITH_PARENT =
      new StopReason(StopReason.Origin.PARENT, "the task that started it was stopped");

  private final Vault vault;

  Families(Vault vault) {
    this.vault = vault;
  }

  /**
   * A task that is about to be accepted, as the child that it is.
   *
   * @throws SpawnRefusedException when its parent may not start it; what is not certain is refused
   */
  Entry born(Entry accepted, TaskId parentId, SpawnLimits limits) {
    TaskRecord parent =
        vault
            .find(parentId)
            .map(Entry::task)
            .orElseThrow(
                () -> new SpawnRefusedException(Reason.UNKNOWN_PARENT, parentId, null, 0, 0));
    TaskRecord root =
        parent.id().equals(parent.root())
            ? parent
            : vault.find(parent.root()).map(Entry::task).orElse(null);
    if (root == null || !mayStart(parent) || !mayStart(root)) {
      throw new SpawnRefusedException(Reason.ENDED_PARENT, parentId, parent.root(), 0, 0);
    }
    int depth = parent.depth() + 1;
    if (depth > limits.depth()) {
      throw new SpawnRefusedException(Reason.DEPTH, parentId, parent.root(), limits.depth(), depth);
    }
    int spawned = root.family().spawned();
    if (spawned >= limits.total()) {
      throw new SpawnRefusedException(
          Reason.TOTAL, parentId, parent.root(), limits.total(), spawned);
    }
    return Transitions.born(accepted, parent);
  }

  private static boolean mayStart(TaskRecord task) {
    boolean settled = task.status() == TaskStatus.AWAITING && task.owner() != null;
    return !task.status().isTerminal() && task.stop() == null && !settled;
  }

  /**
   * Counts a child before it is there: who dies in between has counted one too many, which is safe.
   */
  void note(Entry child) {
    TaskId parent = child.task().parent();
    if (parent == null) {
      return;
    }
    TaskId root = child.task().root();
    boolean same = parent.equals(root);
    change(parent, child.task().id(), same ? 1 : 0);
    if (!same) {
      change(root, null, 1);
    }
  }

  private void change(TaskId id, @Nullable TaskId child, int descendants) {
    Entry present =
        vault
            .find(id)
            .orElseThrow(() -> new SpawnRefusedException(Reason.ENDED_PARENT, id, null, 0, 0));
    if (!vault.replace(present, Transitions.spawning(present, child, descendants))) {
      throw new SpawnRefusedException(Reason.ENDED_PARENT, id, null, 0, 0);
    }
  }

  /**
   * Whether the end of a run is not that of its task yet: a task that it started has not ended, or
   * has not ended well, which somebody else than an engine has to judge.
   */
  boolean awaits(TaskRecord task, TaskStatus end) {
    return task.family().children().stream()
        .flatMap(id -> found(id).stream())
        .map(child -> child.task().status())
        .anyMatch(
            child ->
                !child.isTerminal()
                    || (end == TaskStatus.COMPLETED && child != TaskStatus.COMPLETED));
  }

  /** One that cannot be read is none that could be waited for; it was reported. */
  private Optional<Entry> found(TaskId id) {
    try {
      return vault.find(id);
    } catch (StorageException e) {
      LOG.warn("passed over as a child: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Stops what a task started, and what that started. What cannot be written now is done by the
   * next claim.
   */
  void stopChildren(TaskRecord parent, Instant now) {
    for (TaskId id : parent.family().children()) {
      found(id)
          .filter(child -> isToStop(child.task()))
          .ifPresent(
              child -> {
                stop(child, now);
                stopChildren(child.task(), now);
              });
    }
  }

  private void stop(Entry child, Instant now) {
    try {
      vault.replace(child, stopped(child, now));
    } catch (StorageException e) {
      LOG.warn("{} is stopped later", child.task().id(), e);
    }
  }

  static boolean isToStop(TaskRecord child) {
    return !child.status().isTerminal() && child.stop() == null;
  }

  /** A child whose parent is being stopped. */
  static Entry stopped(Entry child, Instant now) {
    return child.task().status() == TaskStatus.PENDING
        ? Transitions.cancel(child, STOPPED_WITH_PARENT, now)
        : Transitions.stopping(child, STOPPED_WITH_PARENT);
  }
}
