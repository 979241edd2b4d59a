package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import java.util.List;
import java.util.Objects;

/**
 * What a runner can do on this machine.
 *
 * @param survivesJvm whether its processes go on when the program that started them ends
 * @param exitKnownAfterRestart whether a later program can still learn how a process ended
 * @param treeStop what a stop reaches
 * @param memoryCeiling whether a {@link ProcessSpec#memoryCeiling()} is enforced; where it is not,
 *     a spec that has one is refused
 * @param limits what this machine lacks and what that means, one sentence each; empty where nothing
 *     is lacking
 */
@Experimental
public record RunnerCapabilities(
    boolean survivesJvm,
    boolean exitKnownAfterRestart,
    TreeStop treeStop,
    boolean memoryCeiling,
    List<String> limits) {
  /** What a stop reaches. */
  public enum TreeStop {
    /**
     * Everything the process started, also what has been reparented or is in a session of its own.
     * Only a process that wiped its environment and whose parent has gone can escape.
     */
    WHOLE_TREE,
    /** What is still a descendant of the process when it is stopped. */
    DESCENDANTS_ONLY
  }

  /** Checks for null. */
  public RunnerCapabilities {
    Objects.requireNonNull(treeStop, "treeStop");
    limits = List.copyOf(limits);
  }

  /**
   * Makes those of a runner whose promises no lack of the machine narrows.
   *
   * @param survivesJvm see {@link #survivesJvm()}
   * @param exitKnownAfterRestart see {@link #exitKnownAfterRestart()}
   * @param treeStop see {@link #treeStop()}
   * @param memoryCeiling see {@link #memoryCeiling()}
   */
  public RunnerCapabilities(
      boolean survivesJvm,
      boolean exitKnownAfterRestart,
      TreeStop treeStop,
      boolean memoryCeiling) {
    this(survivesJvm, exitKnownAfterRestart, treeStop, memoryCeiling, List.of());
  }

  /** What a runner that cannot enforce it says to a spec that asks for it. */
  static void refuseMemoryCeiling(ProcessSpec spec, RunnerCapabilities runner) {
    if (spec.memoryCeiling() > 0 && !runner.memoryCeiling()) {
      throw new InvalidRequestException(
          "this runner cannot enforce a memory ceiling on this machine; run it without one");
    }
  }
}
