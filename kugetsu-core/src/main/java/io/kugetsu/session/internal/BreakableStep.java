package io.kugetsu.session.internal;

import io.kugetsu.task.Run;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A step of a run that a stop breaks off, by interrupting the thread that is at it. The thread is
 * somebody's executor's: it is interrupted at no other time, and has no interrupt of ours left
 * afterwards.
 */
final class BreakableStep {
  private @Nullable Thread thread = Thread.currentThread();
  private boolean interrupted;

  private BreakableStep() {}

  /** Does the step on this thread. */
  static <T> T call(Run run, Supplier<T> step) {
    BreakableStep breakable = new BreakableStep();
    run.onStop(breakable::breakOff);
    try {
      return step.get();
    } finally {
      breakable.leave();
    }
  }

  private synchronized void breakOff() {
    if (thread != null) {
      interrupted = true;
      thread.interrupt();
    }
  }

  private synchronized void leave() {
    thread = null;
    if (interrupted) {
      boolean unused = Thread.interrupted();
    }
  }
}
