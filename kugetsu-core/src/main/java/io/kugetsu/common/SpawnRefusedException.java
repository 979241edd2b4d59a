package io.kugetsu.common;

import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A task may not start another one. Nothing was accepted, and nothing was made for it. */
public final class SpawnRefusedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  /** What stands against it. */
  public enum Reason {
    /** No such parent is kept. */
    UNKNOWN_PARENT,
    /** The parent, or its root, has ended, or is being stopped or settled. */
    ENDED_PARENT,
    /** It would be deeper below its root than {@link SpawnLimits#depth()} allows. */
    DEPTH,
    /** Its root has had as many descendants as {@link SpawnLimits#total()} allows. */
    TOTAL
  }

  private final Reason reason;
  private final String parent;
  private final @Nullable String root;
  private final int limit;
  private final int count;

  /**
   * Makes one.
   *
   * @param reason what stands against it
   * @param parent the task that was to be the parent
   * @param root the parent's root, or null when the parent is not known
   * @param limit the limit that is reached; 0 when the reason is none of a limit
   * @param count what was counted under it: the depth it would have, or the descendants there were
   */
  public SpawnRefusedException(
      Reason reason, TaskId parent, @Nullable TaskId root, int limit, int count) {
    super(message(reason, parent, root, limit));
    this.reason = reason;
    this.parent = parent.value();
    this.root = root == null ? null : root.value();
    this.limit = limit;
    this.count = count;
  }

  private static String message(Reason reason, TaskId parent, @Nullable TaskId root, int limit) {
    return switch (reason) {
      case UNKNOWN_PARENT -> "no task " + parent + " is kept that could start another one";
      case ENDED_PARENT -> "task " + parent + " has ended or is ending and starts nothing any more";
      case DEPTH ->
          "task " + parent + " may start none: tasks go at most " + limit + " deep below " + root;
      case TOTAL ->
          "task " + parent + " may start none: " + root + " has had all its " + limit + " tasks";
    };
  }

  /** {@return what stands against it} */
  public Reason reason() {
    return reason;
  }

  /** {@return the task that was to be the parent} */
  public TaskId parent() {
    return new TaskId(parent);
  }

  /** {@return the parent's root; empty when the parent is not known} */
  public Optional<TaskId> root() {
    return Optional.ofNullable(root).map(TaskId::new);
  }

  /** {@return the limit that is reached; 0 when the reason is none of a limit} */
  public int limit() {
    return limit;
  }

  /** {@return the depth it would have, or how many descendants the root has had} */
  public int count() {
    return count;
  }
}
