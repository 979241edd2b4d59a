package io.kugetsu.operations;

import io.kugetsu.operations.internal.StatsForm;
import io.kugetsu.task.FailureType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How everything on a directory stood at one moment, whoever runs it: agents, commands and work of
 * programs, in the foreground too as far as it has limit keys. Permits that a program holds or
 * waits for directly are no tasks, but count for their keys. Immutable.
 *
 * <p>It costs a look at what runs and at the names of what ended, however much waits; what ended is
 * read once in an opening. What changes while it is taken may be counted as it was or as it is.
 *
 * @param at when it was taken
 * @param queued how many tasks wait for their turn
 * @param running how many tasks have been claimed and have not ended, those that are being stopped
 *     included
 * @param awaiting how many tasks have done their own work and wait for tasks that they started
 * @param oldestWait for how long the one has waited that waits longest, task or permit, be it for
 *     its time; empty when none waits
 * @param failures how many of the ended tasks that are kept did not end well, by the reason;
 *     without those of which there are none
 * @param keys the limit keys that somebody has or wants, and those against which something is held,
 *     by key; without those of sessions and of families of tasks
 */
public record Stats(
    Instant at,
    int queued,
    int running,
    int awaiting,
    Optional<Duration> oldestWait,
    Map<FailureType, Integer> failures,
    List<KeyUse> keys) {
  /** Copies its collections. */
  public Stats {
    failures = Map.copyOf(failures);
    keys = List.copyOf(keys);
  }

  /**
   * The same as one JSON object in one line, without a line end, with a field for each component:
   * times as in ISO 8601, reasons in lower case, what is empty left out, and the version of the
   * format, 1, under {@code format}. Newer versions may add fields within a format.
   *
   * @return the JSON
   */
  public String toJson() {
    return StatsForm.write(this);
  }
}
