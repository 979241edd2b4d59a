package io.kugetsu.process;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.Experimental;
import io.kugetsu.common.StorageException;

/**
 * Starts processes. An implementation is safe for use by many threads, and what it promises about
 * the end of a process is what {@link RunningProcess} says.
 */
@Experimental
public interface ProcessRunner {
  /**
   * Starts a process. When this returns the program has been started; when it throws, nothing runs
   * and no file of this call is left.
   *
   * @param spec what to run
   * @return the running process
   * @throws ProcessStartException when the program cannot be started
   * @throws StorageException when the log file cannot be made
   * @throws ClosedException when the runner was closed
   */
  RunningProcess start(ProcessSpec spec);

  /** {@return what this runner can do on this machine} */
  RunnerCapabilities capabilities();
}
