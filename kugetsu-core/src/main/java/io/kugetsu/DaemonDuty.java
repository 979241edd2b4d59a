package io.kugetsu;

import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.task.internal.DefaultBackgroundManager;
import io.kugetsu.task.internal.Dispatcher;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a background dispatcher needs of the instance it serves with, beyond what everybody has.
 *
 * @param engine has the tasks
 * @param manager runs them
 * @param dispatcher hands them out
 * @param sweeps how often to look without a hint, asked each time
 */
record DaemonDuty(
    Engine engine,
    DefaultBackgroundManager manager,
    Dispatcher dispatcher,
    Supplier<Duration> sweeps) {
  private static final Set<TaskStatus> OPEN =
      Set.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING);

  Duration interval() {
    return sweeps.get();
  }

  /** Does what nobody told of, in case there is something. */
  void sweep() {
    dispatcher.sweep();
    int unused = manager.prune();
  }

  /** Hands out nothing any more; somebody else is elected. */
  void standDown() {
    dispatcher.standDown();
  }

  /** Hands out work again. */
  boolean standUp() {
    dispatcher.standUp();
    return true;
  }

  /**
   * Whether something runs here, or there is something that this instance could start or take over,
   * now or later, without a person who lets it go on first.
   */
  boolean isNeeded() {
    if (engine.tasks().activity() == Activity.NONE) {
      return false;
    }
    ClaimRequest can = manager.request(Limits.none(), 0);
    return engine.tasks().list(OPEN).stream()
        .filter(task -> can.kinds().contains(task.kind()))
        .anyMatch(task -> task.status() == TaskStatus.PENDING ? waits(task) : runs(task, can.me()));
  }

  private boolean waits(TaskRecord task) {
    SessionKey session = task.session();
    return task.onlyBy() == null
        && (session == null
            || engine.sessions().find(session).filter(SessionRecord::held).isEmpty());
  }

  private static boolean runs(TaskRecord task, Owner me) {
    Owner owner = task.owner();
    return owner == null
        || owner.instance().equals(me.instance())
        || !ProcessFacts.isAlive(owner.pid(), owner.startTicks(), owner.bootId());
  }
}
