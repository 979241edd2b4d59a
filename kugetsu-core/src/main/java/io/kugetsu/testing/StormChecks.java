package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.testing.EngineContract.Applying;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Many claimers at once, judged by a witness outside the store. */
final class StormChecks {
  private static final int TASKS = 120;
  private static final int CLAIMERS = 6;

  private StormChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(
        always(
            "with many claimers and some that die no limit is ever passed and nothing runs twice",
            StormChecks::storm));
  }

  private static void storm(Bench bench) throws Exception {
    Limits limits = Limits.of(5).perKey("repo:x", 2).perKey("repo:*", 3).perKey("model:m", 3);
    ClaimStorm storm = new ClaimStorm(bench, limits);
    for (int i = 0; i < TASKS; i++) {
      String repository = "repo:" + "xyz".charAt(i % 3);
      if (i % 2 == 0) {
        bench.task("agents", repository, "model:m").enqueue();
      } else {
        bench.task("agents", repository).enqueue();
      }
    }
    storm.run(CLAIMERS, TASKS);
    same(List.of(), storm.problems(), "what the witness saw");
    for (Map.Entry<String, Integer> most : storm.mostAtOnce().entrySet()) {
      int limit = limits.of(LimitKey.of(most.getKey())).orElseThrow();
      that(most.getValue() <= limit, most.getKey() + " ran " + most.getValue() + " at once");
    }
    int ended = bench.engine.tasks().list(Set.of(TaskStatus.COMPLETED, TaskStatus.LOST)).size();
    same(TASKS, ended, "ended");
    same(TASKS, bench.engine.tasks().list(EnumSet.allOf(TaskStatus.class)).size(), "tasks");
  }
}
