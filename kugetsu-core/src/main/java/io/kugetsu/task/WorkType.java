package io.kugetsu.task;

import io.kugetsu.common.Experimental;

/**
 * One kind of work. Implementations must be thread-safe; both methods are called on a thread of the
 * manager and may take their time.
 */
@Experimental
public interface WorkType {
  /** {@return the kind, as in {@link TaskInfo#kind()}: lower-case letters, digits, dots, dashes} */
  String kind();

  /**
   * Begins a run. The run has its permits, and keeps them until the work has ended. What takes its
   * time here ends early when the run is to stop: {@link Run#onStop}.
   *
   * @param run the run
   * @return the work; also when it could not begin: then it has ended already, and says why
   */
  Work start(Run run);

  /**
   * Takes over the run of a dead instance, so that it can be settled: ends what is left of it, or
   * goes on with it.
   *
   * @param run the run, of the same epoch
   * @return the work
   */
  Work adopt(Run run);
}
