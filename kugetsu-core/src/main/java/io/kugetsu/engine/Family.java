package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.TaskId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a task stands among those that started it, and those that it started. Immutable.
 *
 * @param parent the task that started it, or null for a root
 * @param root the root that it descends from, or null for a root itself
 * @param depth how many steps below its root it is; 0 for a root
 * @param children the tasks that it started; one that was not accepted after all, since its program
 *     died, may be among them
 * @param spawned how many descendants it has had, all that were accepted; counted in roots only
 */
@Experimental
public record Family(
    @Nullable TaskId parent, @Nullable TaskId root, int depth, Set<TaskId> children, int spawned) {
  /** A task that no task started and that started none. */
  public static final Family NONE = new Family(null, null, 0, Set.of(), 0);

  /** Copies its set. */
  public Family {
    children = Set.copyOf(children);
  }
}
