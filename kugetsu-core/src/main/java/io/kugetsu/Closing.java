package io.kugetsu;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.limit.internal.EngineLimiter;
import io.kugetsu.notification.internal.Outbox;
import io.kugetsu.task.internal.DefaultBackgroundManager;
import io.kugetsu.task.internal.Dispatcher;
import io.kugetsu.task.internal.Runners;
import io.kugetsu.task.internal.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the parts of an instance in their order: first nothing new is taken, then what runs is let
 * go of or stopped, and what all of that needs ends last.
 *
 * @param closed is told that it begins: to what is handed out of it nothing more may be asked
 * @param dispatcher takes what waits
 * @param manager has what runs
 * @param limiter gives permits
 * @param outbox delivers notifications
 * @param runners run the processes
 * @param threads do the work
 * @param engine keeps everything
 * @param ownsEngine whether it ends with the instance
 */
record Closing(
    AtomicBoolean closed,
    Dispatcher dispatcher,
    DefaultBackgroundManager manager,
    EngineLimiter limiter,
    Outbox outbox,
    Runners runners,
    Threads threads,
    Engine engine,
    boolean ownsEngine) {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);
  private static final Duration BOUND = Duration.ofSeconds(8);

  /** For what only ended because its processes were taken from it. */
  private static final Duration LAST_BOUND = Duration.ofSeconds(2);

  /** Every wait in it is bounded; it does not fail. */
  CloseReport close() {
    closed.set(true);
    List<TaskId> stopped = new ArrayList<>();
    List<TaskId> left = new ArrayList<>();
    List<TaskId> pending = new ArrayList<>();
    end(dispatcher::close);
    end(
        () -> {
          DefaultBackgroundManager.Closing closing = manager.close(BOUND);
          stopped.addAll(closing.stopped());
          left.addAll(closing.left());
        });
    end(limiter::close);
    end(
        () ->
            engine.tasks().list(Set.of(TaskStatus.PENDING)).stream()
                .map(TaskRecord::id)
                .forEach(pending::add));
    end(runners::close);
    end(() -> manager.awaitEnds(LAST_BOUND));
    end(outbox::close); // after the last end was written, which is to be told
    end(threads::close);
    if (ownsEngine) {
      end(engine::close);
    }
    return new CloseReport(stopped, left, pending);
  }

  /** One part of the closing: what fails in it must not leave the other parts open. */
  private static void end(Runnable part) {
    try {
      part.run();
    } catch (RuntimeException e) {
      LOG.error("a part could not be closed in order", e);
    }
  }
}
