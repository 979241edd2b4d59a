package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run makes known while it runs.
 *
 * @param holder what the permit is held for from now on, or null to leave it; a run that was handed
 *     out to be settled counts again with a new holder
 * @param started whether the work has begun to run now; the first time counts
 * @param progress entries to add or replace
 * @param owed notifications that become visible in the same step
 */
@Experimental
public record RunUpdate(
    @Nullable Holder holder,
    boolean started,
    Map<String, String> progress,
    List<NotificationRecord> owed) {
  /** Copies its collections. */
  public RunUpdate {
    progress = Map.copyOf(progress);
    owed = List.copyOf(owed);
  }
}
