package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.process.RunDirectory.Look;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A look at a run that goes on for two seconds where its files cannot be read, for want of
 * descriptors as an example: that says nothing about the run, which must not be given up for it.
 *
 * @param run the run
 * @param table how to look at the processes
 */
record PatientLook(RunDirectory run, ProcessTable table) {
  private static final int TRIES = 20;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Looks; a file that is not there or holds something else is told at once. */
  Look look() {
    for (int tries = 1; ; tries++) {
      try {
        return run.look(table);
      } catch (StorageException e) {
        if (tries == TRIES || !(e.getCause() instanceof IOException)) {
          throw e;
        }
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }
}
