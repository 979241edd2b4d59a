package io.kugetsu.task.internal;

import io.kugetsu.task.TaskEvent;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of one run, in the order that {@link TaskEvent} promises to everybody, and
 * none after its end. A stop that overtakes the beginning is told behind it.
 */
final class RunEvents {
  private final EventBus bus;
  private boolean started;
  private boolean over;
  private TaskEvent.@Nullable Stopping early;

  /**
   * The events of a run.
   *
   * @param started whether it was told before that it runs
   */
  RunEvents(EventBus bus, boolean started) {
    this.bus = bus;
    this.started = started;
  }

  synchronized void publish(TaskEvent event) {
    if (over) {
      return;
    }
    if (event instanceof TaskEvent.Stopping stopping && !started) {
      early = stopping;
      return;
    }
    started |= event instanceof TaskEvent.Started;
    if (!started && isOfWork(event)) {
      return; // it never came as far as its work
    }
    over = event instanceof TaskEvent.Terminal || event instanceof TaskEvent.Queued;
    if (event instanceof TaskEvent.Terminal) {
      tellEarly();
    }
    bus.publish(event);
    if (started) {
      tellEarly();
    }
  }

  private static boolean isOfWork(TaskEvent event) {
    return event instanceof TaskEvent.Output
        || event instanceof TaskEvent.Progress
        || event instanceof TaskEvent.Stalled
        || event instanceof TaskEvent.IsolationBreach;
  }

  private void tellEarly() {
    if (early != null) {
      bus.publish(early);
      early = null;
    }
  }
}
