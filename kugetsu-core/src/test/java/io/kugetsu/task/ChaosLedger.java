package io.kugetsu.task;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.TaskRecord;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** What a run of chaos did and saw; it counts for itself and asks the manager nothing. */
final class ChaosLedger {
  private static final EnumSet<TaskStatus> RUNNING =
      EnumSet.of(TaskStatus.RUNNING, TaskStatus.STOPPING);

  private final List<Entry> entries = new ArrayList<>();
  private final Map<TaskId, List<TaskEvent>> events = new TreeMap<>();
  private final Map<TaskId, TaskStatus> ends = new ConcurrentHashMap<>();
  private final Map<LimitKey, Integer> inside = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();
  private int opening;
  private boolean obey;

  /** A task that was accepted. */
  static final class Entry {
    private final TaskHandle handle;
    private final TaskSpec<?> spec;
    private final ChaosWork work;
    private final int opening;
    private final CompletableFuture<TaskResult> end;
    private boolean detached;

    Entry(TaskHandle handle, TaskSpec<?> spec, ChaosWork work, int opening) {
      this.handle = handle;
      this.spec = spec;
      this.work = work;
      this.opening = opening;
      CompletableFuture<TaskResult> told = new CompletableFuture<>();
      try {
        handle
            .completion()
            .whenComplete(
                (result, failure) -> {
                  if (failure == null) {
                    told.complete(result);
                  } else {
                    told.completeExceptionally(failure);
                  }
                });
      } catch (RuntimeException e) {
        told.completeExceptionally(e);
      }
      this.end = told;
    }

    TaskHandle handle() {
      return handle;
    }

    TaskSpec<?> spec() {
      return spec;
    }

    ChaosWork work() {
      return work;
    }

    int opening() {
      return opening;
    }

    CompletableFuture<TaskResult> end() {
      return end;
    }

    synchronized void detached(Detachment became) {
      detached |= became.kind() == Detachment.Kind.DETACHED;
    }

    synchronized boolean isDetached() {
      return detached;
    }

    @Override
    public String toString() {
      return handle
          + " "
          + spec.description()
          + spec
          + (spec.isBackground() ? " behind" : " in front");
    }
  }

  synchronized void nextOpening() {
    opening++;
  }

  synchronized int opening() {
    return opening;
  }

  /** Whether work that does not care for being stopped does from now on. */
  void obey(boolean value) {
    synchronized (this) {
      obey = value;
    }
    if (value) {
      all().stream().map(Entry::work).filter(ChaosWork::isStopped).forEach(it -> it.finish("late"));
    }
  }

  synchronized boolean obeys() {
    return obey;
  }

  /** Notes a task that was accepted when so many managers had been opened, or more. */
  synchronized void started(TaskHandle handle, TaskSpec<?> spec, ChaosWork work, int before) {
    entries.add(new Entry(handle, spec, work, before));
  }

  synchronized List<Entry> all() {
    return List.copyOf(entries);
  }

  /** One of the later ones, as the early ones have ended mostly. */
  synchronized Optional<Entry> some(Random random) {
    int size = entries.size();
    return size == 0
        ? Optional.empty()
        : Optional.of(entries.get(size - 1 - random.nextInt(Math.min(size, 8))));
  }

  synchronized void enter(List<LimitKey> keys) {
    for (LimitKey key : keys) {
      if (inside.merge(key, 1, Integer::sum) > Chaos.LIMITS.get(key)) {
        wrong.add("over the limit: " + inside);
      }
    }
  }

  synchronized void leave(List<LimitKey> keys) {
    keys.forEach(key -> inside.merge(key, -1, Integer::sum));
  }

  /** What the records say is not over the limit either. */
  void countPermits(Engine engine) {
    Map<LimitKey, Integer> counted = new HashMap<>();
    for (TaskRecord record : engine.tasks().list(RUNNING)) {
      record.limitKeys().forEach(key -> counted.merge(key, 1, Integer::sum));
    }
    counted.forEach(
        (key, count) -> {
          if (count > Chaos.LIMITS.get(key)) {
            wrong("records over the limit: " + counted);
          }
        });
  }

  /** A terminal status never changes, whoever tells it. */
  void seen(TaskResult result) {
    if (!result.isRunning()) {
      TaskStatus before = ends.putIfAbsent(result.info().id(), result.status());
      if (before != null && before != result.status()) {
        wrong(result.info().id() + " was " + before + " and is " + result.status());
      }
    }
  }

  private synchronized void wrong(String what) {
    wrong.add(what);
  }

  synchronized void event(TaskEvent event) {
    events.computeIfAbsent(event.task(), id -> new ArrayList<>()).add(event);
    if (event instanceof TaskEvent.Terminal terminal) {
      seen(terminal.result());
      Optional.ofNullable(awaited.get(terminal.result().info().description()))
          .ifPresent(CountDownLatch::countDown);
    }
  }

  CountDownLatch awaitEndOf(String description) {
    return awaited.computeIfAbsent(description, any -> new CountDownLatch(1));
  }

  synchronized List<String> wrong() {
    List<String> all = new ArrayList<>(wrong);
    inside.forEach(
        (key, count) -> {
          if (count != 0) {
            all.add(count + " inside " + key + " although everything ended");
          }
        });
    events.forEach((id, told) -> all.addAll(wrong(told)));
    for (Entry entry : entries) {
      List<TaskEvent> told = events.getOrDefault(entry.handle.id(), List.of());
      // what was told while the instance closed may not have been delivered any more
      if (entry.opening == opening
          && told.stream().noneMatch(TaskEvent.Terminal.class::isInstance)) {
        all.add("nobody was told the end of " + entry + ": " + told);
      }
    }
    return all;
  }

  /** The order that {@link TaskEvent} promises. */
  private static List<String> wrong(List<TaskEvent> told) {
    List<String> all = new ArrayList<>();
    Set<String> once = new HashSet<>();
    boolean terminal = false;
    boolean stopping = false;
    long epoch = 0;
    for (TaskEvent event : told) {
      String name = event.getClass().getSimpleName();
      boolean many =
          event instanceof TaskEvent.Output
              || event instanceof TaskEvent.Progress
              || event instanceof TaskEvent.Stalled;
      if (!many && !once.add(name + event.epoch())) {
        all.add("twice " + name);
      }
      if (terminal && !(event instanceof TaskEvent.Pruned)) {
        all.add(name + " after the end");
      }
      if (once.contains("Pruned" + event.epoch()) && !(event instanceof TaskEvent.Pruned)) {
        all.add(name + " after it was removed");
      }
      if (event.epoch() < epoch) {
        all.add(name + " of an epoch that was over");
      }
      boolean ofWork = many || event instanceof TaskEvent.Stopping;
      if (event instanceof TaskEvent.Started && stopping) {
        all.add("Started after Stopping");
      }
      if (event instanceof TaskEvent.Created && event != told.get(0)) {
        all.add("Created late");
      }
      if (many && !once.contains("Started" + event.epoch()) && once.contains("Created1")) {
        all.add(name + " before Started");
      }
      stopping |= ofWork && event instanceof TaskEvent.Stopping;
      terminal |= event instanceof TaskEvent.Terminal;
      epoch = event.epoch();
    }
    return all.stream().map(what -> what + ": " + told).toList();
  }

  /** The tasks of which a record has to be there. */
  synchronized Set<TaskId> mustBeKept() {
    Set<TaskId> ids = new HashSet<>();
    for (Entry entry : entries) {
      boolean inMemory =
          entry.spec instanceof CommandSpec command
              && command.runner() == CommandSpec.Runner.PIPES
              && !command.isBackground()
              && command.limitKeys().isEmpty();
      if ((entry.spec.isBackground() || entry.isDetached())
          && (!inMemory || entry.opening == opening)) {
        ids.add(entry.handle.id());
      }
    }
    return ids;
  }

  /** The tasks of which nothing may be left. */
  synchronized Set<TaskId> mustBeGone() {
    Set<TaskId> ids = new HashSet<>();
    for (Entry entry : entries) {
      List<TaskEvent> told = events.getOrDefault(entry.handle.id(), List.of());
      boolean detached =
          entry.isDetached()
              || entry.spec.onDeadline() == TaskSpec.OnDeadline.DETACH
              || told.stream().anyMatch(TaskEvent.Detached.class::isInstance);
      boolean waited = entry.spec.waitsForPermit(); // one that was taken back is kept
      if (!entry.spec.isBackground() && !detached && !waited) {
        ids.add(entry.handle.id());
      }
    }
    return ids;
  }
}
