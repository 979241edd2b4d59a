package io.kugetsu.common;

/**
 * How far tasks that start tasks may go. A root is a task that no task started; all that descends
 * from it is counted under it. Immutable.
 *
 * @param depth how many steps below its root a task may be, at least 0; 0 lets no task start any
 * @param running how many descendants of one root may run at once, at least 0; 0 for none
 * @param total how many descendants one root may ever have, at least 0, ended ones included
 */
public record SpawnLimits(int depth, int running, int total) {
  /** The limits where nothing else is said: depth 3, 20 running, 200 in total. */
  public static final SpawnLimits DEFAULT = new SpawnLimits(3, 20, 200);

  /**
   * Checks the numbers.
   *
   * @throws InvalidRequestException when one of them is negative
   */
  public SpawnLimits {
    if (depth < 0 || running < 0 || total < 0) {
      throw new InvalidRequestException(
          "limits of tasks that start tasks cannot be negative: "
              + depth
              + ", "
              + running
              + ", "
              + total);
    }
  }
}
