package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.internal.BootTime;
import io.kugetsu.internal.ProcessFacts;

/**
 * Tells the time by which waiting is measured, as no clock that is set may shorten or lengthen it.
 * Thread-safe; called often and under an engine's lock, so it must be quick.
 */
@FunctionalInterface
@Experimental
public interface MachineTime {
  /** {@return the present moment} */
  Moment now();

  /**
   * The time of this machine since its boot, the same in all of its JVMs. Where the system does not
   * tell that, its clock has to do.
   *
   * @return the time
   */
  static MachineTime system() {
    return () ->
        new Moment(
            ProcessFacts.bootId(), BootTime.sinceBootMillis().orElseGet(System::currentTimeMillis));
  }
}
