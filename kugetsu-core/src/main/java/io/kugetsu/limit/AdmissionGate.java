package io.kugetsu.limit;

import io.kugetsu.common.Experimental;
import io.kugetsu.engine.Headroom;
import io.kugetsu.limit.internal.FreeDiskGate;
import io.kugetsu.limit.internal.FreeMemoryGate;
import java.nio.file.Path;

/**
 * Lowers how many agents start, for as long as something is scarce. It never raises a limit and
 * ends nothing that runs: whatever it keeps back stays in the line and is looked at again with each
 * hint, and each second. An implementation must be thread-safe and quick: it is asked before each
 * handing out of work, outside of any lock. When it throws, nothing is started by that look.
 */
@Experimental
@FunctionalInterface
public interface AdmissionGate {
  /**
   * The most that one agent process of opencode was measured to hold: 600 MB with its whole
   * catalogue of models (357 to 377 MB without). What {@link #freeMemory()} wants free for each.
   */
  long MEMORY_OF_AN_AGENT = 600L * 1024 * 1024;

  /** What one agent may write as output at most, 1 GiB: what {@link #freeDisk(Path)} wants free. */
  long OUTPUT_OF_AN_AGENT = 1024L * 1024 * 1024;

  /**
   * Looks how many more agents may start now.
   *
   * @return for how many there is room, and why not for more
   */
  Headroom look();

  /**
   * A gate that starts an agent only where {@link #MEMORY_OF_AN_AGENT} is free for it.
   *
   * @return the gate
   */
  static AdmissionGate freeMemory() {
    return freeMemory(MEMORY_OF_AN_AGENT);
  }

  /**
   * A gate that starts an agent only where so much memory is free for it: available to the machine,
   * and left by the limit of the control group that this program is in. Where the system does not
   * tell, other than on Linux, it lets everything through.
   *
   * @param bytesEach how much for each agent, at least 1
   * @return the gate
   * @throws io.kugetsu.common.InvalidRequestException when that is less than 1
   */
  static AdmissionGate freeMemory(long bytesEach) {
    return new FreeMemoryGate(bytesEach);
  }

  /**
   * A gate that starts an agent only where {@link #OUTPUT_OF_AN_AGENT} is free for it on the disk.
   *
   * @param place any place on that disk, for example kugetsu's directory
   * @return the gate
   */
  static AdmissionGate freeDisk(Path place) {
    return freeDisk(place, OUTPUT_OF_AN_AGENT);
  }

  /**
   * A gate that starts an agent only where so much is free for it on a disk.
   *
   * @param place any place on that disk
   * @param bytesEach how much for each agent, at least 1
   * @return the gate; where the disk cannot be looked at it lets nothing through
   * @throws io.kugetsu.common.InvalidRequestException when that is less than 1
   */
  static AdmissionGate freeDisk(Path place, long bytesEach) {
    return new FreeDiskGate(place, bytesEach);
  }
}
