package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.task.TaskEvent.IsolationBreach;
import java.util.List;
import java.util.Set;

/** Who is told what becomes of a run; called without a lock of the run's. */
interface RunListener {
  void started(LiveRun run);

  void stopping(LiveRun run, StopReason reason);

  void breached(LiveRun run, Set<IsolationBreach.Changed> changed, List<String> examples);
}
