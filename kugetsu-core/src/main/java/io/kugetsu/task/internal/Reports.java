package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.Timers;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells those who wait and those who listen what became of a task. */
final class Reports implements RunListener, RunDriver.RunAftermath {
  private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

  private final LiveRuns live;
  private final Completions completions;
  private final EventBus bus;
  private final TaskOutputs outputs;
  private final RunFiles files;
  private final Timers timers;
  private final Clock clock;

  Reports(
      LiveRuns live,
      Completions completions,
      EventBus bus,
      TaskOutputs outputs,
      ManagerSettings settings) {
    this.live = live;
    this.completions = completions;
    this.bus = bus;
    this.outputs = outputs;
    this.files = settings.files();
    this.timers = settings.timers();
    this.clock = settings.clock();
  }

  /** A task was accepted that nobody but the caller can begin yet. */
  void accepted(TaskRecord record) {
    created(record).forEach(bus::publish);
    completions.offer(record); // in the background from the beginning it holds nobody
  }

  /** Tells of a task that may run, and end, as soon as it was accepted, before all that. */
  Enqueued accepting(TaskId id, Supplier<Enqueued> step) {
    List<TaskEvent> told = List.of();
    bus.hold(id);
    try {
      Enqueued accepted = step.get();
      if (accepted.created()) {
        told = created(accepted.task());
        completions.offer(accepted.task());
      }
      return accepted;
    } finally {
      bus.release(id, told);
    }
  }

  /** Its place in the line is not told: to look for it would cost more. */
  private List<TaskEvent> created(TaskRecord record) {
    TaskEvent created = new TaskEvent.Created(head(record));
    return record.status() == TaskStatus.PENDING
        ? List.of(created, new TaskEvent.Queued(head(record), 0))
        : List.of(created);
  }

  @Override
  public void started(LiveRun run) {
    // a run that was taken over has been told to have started by whom it was taken over from
    if (run.record().startedAt() == null) {
      run.events().publish(new TaskEvent.Started(head(run)));
    }
    completions.started(TaskViews.started(run.record(), clock.instant()));
  }

  @Override
  public void stopping(LiveRun run, StopReason reason) {
    run.events().publish(new TaskEvent.Stopping(head(run), reason));
  }

  @Override
  public void breached(
      LiveRun run, Set<TaskEvent.IsolationBreach.Changed> changed, List<String> examples) {
    run.events().publish(new TaskEvent.IsolationBreach(head(run), changed, examples));
  }

  @Override
  public void detached(LiveRun run, TaskRecord record, boolean byDeadline) {
    run.events().publish(new TaskEvent.Detached(head(run), byDeadline));
    completions.offer(record);
  }

  void progress(LiveRun run, String text) {
    run.watching().current().ifPresent(RunWatch::lives);
    run.events().publish(new TaskEvent.Progress(head(run), text));
  }

  @Override
  public void begun(LiveRun run) {
    watch(run);
  }

  /** Watches what a run writes, if anybody wants to know. */
  void watch(LiveRun run) {
    if (RunWatch.isWanted(run, bus) && run.work().isPresent()) {
      run.watching()
          .begin(() -> new RunWatch(run, outputs, bus, this, timers))
          .ifPresent(RunWatch::begin);
    }
  }

  @Override
  public void ended(LiveRun run, TaskRecord record, boolean kept) {
    run.watching().end().ifPresent(RunWatch::end);
    if (!kept) {
      clear(run);
    }
    if (record.status().isTerminal()) {
      run.events().publish(new TaskEvent.Terminal(head(record), TaskViews.result(record)));
    } else if (record.status() == TaskStatus.AWAITING) {
      run.events().publish(new TaskEvent.Awaiting(head(record)));
    } else {
      run.events().publish(new TaskEvent.Queued(head(record), 0));
    }
    completions.offer(record);
  }

  /** Nothing that goes wrong with the files may keep anybody from hearing of the end. */
  private void clear(LiveRun run) {
    try {
      completions.keep(run.task(), outputs.keep(run));
    } catch (RuntimeException e) {
      LOG.warn("what {} wrote cannot be read any more", run.task(), e);
    }
    files.delete(run.task());
    outputs.forget(run.task()); // not before: what still reads the file needs its own masker
  }

  /** A task that was taken back before it ran, or before it was tried again. */
  void cancelled(TaskRecord record) {
    behindTheLastRun(
        record,
        () -> {
          bus.publish(new TaskEvent.Terminal(head(record), TaskViews.result(record)));
          completions.offer(record);
        });
  }

  void pruned(TaskRecord record) {
    behindTheLastRun(
        record,
        () -> {
          outputs.forget(record.id());
          bus.publish(new TaskEvent.Pruned(head(record)));
        });
  }

  /** What became of a run is written before it is told, and may be told at this moment. */
  private void behindTheLastRun(TaskRecord record, Runnable telling) {
    live.find(record.id()).ifPresentOrElse(run -> run.sequel().add(telling), telling);
  }

  TaskEvent.Head head(LiveRun run) {
    return new TaskEvent.Head(
        run.task(), run.record().kind(), run.epoch(), run.isDetached(), clock.instant());
  }

  private TaskEvent.Head head(TaskRecord record) {
    return new TaskEvent.Head(
        record.id(), record.kind(), record.epoch(), record.detached(), clock.instant());
  }
}
