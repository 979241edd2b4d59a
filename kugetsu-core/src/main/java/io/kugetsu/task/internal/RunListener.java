package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;

/** Who is told what becomes of a run; called without a lock of the run's. */
interface RunListener {
  void started(LiveRun run);

  void stopping(LiveRun run, StopReason reason);
}
