package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.limit.internal.EngineLimiter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the tasks of one manager are: the engine's, and those that are in memory only, since they
 * end with this JVM and take nobody's permit.
 */
final class TaskStores implements AutoCloseable {
  private final TaskStore kept;
  private final Engine memory;

  TaskStores(Engine engine, Clock clock) {
    this.kept = engine.tasks();
    this.memory = Engines.memory(clock, Engines.localProbe());
  }

  TaskStore kept() {
    return kept;
  }

  TaskStore inMemory() {
    return memory.tasks();
  }

  /** The store that has a task; the engine's when none has. */
  TaskStore of(TaskId id) {
    return memory.tasks().find(id).isPresent() ? memory.tasks() : kept;
  }

  Optional<TaskRecord> find(TaskId id) {
    return memory.tasks().find(id).or(() -> kept.find(id));
  }

  /** Whether a task waits, for the first time or again. */
  boolean isPending(TaskId id) {
    return find(id).filter(it -> it.status() == TaskStatus.PENDING).isPresent();
  }

  /** All of them in some states, oldest first; permits taken directly are no tasks. */
  List<TaskRecord> list(Set<TaskStatus> states) {
    return Stream.concat(kept.list(states).stream(), memory.tasks().list(states).stream())
        .filter(record -> !record.kind().equals(EngineLimiter.KIND))
        .sorted(Comparator.comparing(TaskRecord::createdAt).thenComparing(TaskRecord::id))
        .toList();
  }

  /** Removes what ended long ago, as {@link TaskStore#prune} does. */
  List<TaskId> prune(Instant endedBefore, int keep, Predicate<TaskRecord> needed) {
    List<TaskId> removed = new ArrayList<>(kept.prune(endedBefore, keep, needed));
    removed.addAll(memory.tasks().prune(endedBefore, keep, needed));
    return removed;
  }

  /** {@return the tasks that are in memory only} */
  Set<TaskId> onlyInMemory() {
    return memory.tasks().list(EnumSet.allOf(TaskStatus.class)).stream()
        .map(TaskRecord::id)
        .collect(Collectors.toSet());
  }

  /** Forgets what is in memory only; the engine stays open. */
  @Override
  public void close() {
    memory.close();
  }
}
