package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.nio.file.Path;

/**
 * A process under a supervisor of its own, which outlives the program that started it and writes
 * down how the process ended. Everything about it is in its run directory, so that another program
 * can follow it, detach it or stop it. Safe for use by many threads; after the {@code close()} of
 * its runner {@link #exit()} does not complete any more.
 */
@Experimental
public interface SupervisedProcess extends RunningProcess {
  /** {@return the directory of this run} */
  Path runDirectory();

  /** {@return how it stands at this moment} */
  RunState state();

  /**
   * Lets it outlive this program. Of this and the end of the program that had it in the foreground
   * the earlier one decides.
   *
   * @return true when it is in the background now, or had ended by itself; false when it is being
   *     ended because its program is gone
   */
  boolean detach();
}
