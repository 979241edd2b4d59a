package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.util.Objects;

/**
 * What a runner can do on this machine.
 *
 * @param survivesJvm whether its processes go on when the program that started them ends
 * @param exitKnownAfterRestart whether a later program can still learn how a process ended
 * @param treeStop what a stop reaches
 * @param memoryCeiling whether a {@link ProcessSpec#memoryCeiling()} is enforced; where it is not,
 *     a spec that has one is refused
 */
@Experimental
public record RunnerCapabilities(
    boolean survivesJvm, boolean exitKnownAfterRestart, TreeStop treeStop, boolean memoryCeiling) {
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
  }
}
