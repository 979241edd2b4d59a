package io.kugetsu.bench;

import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stopping process trees: how long it takes for one that heeds SIGTERM, and what is left of each
 * shape, counted from outside, of which there must be nothing.
 */
final class StopTree {
  private static final int ROUNDS = 100;
  private static final String READY = "echo ready; ";

  private static final Map<String, String> SHAPES = shapes();

  private StopTree() {}

  private static Map<String, String> shapes() {
    Map<String, String> shapes = new LinkedHashMap<>();
    shapes.put("children", "sleep 600 & sleep 600 & " + READY + "wait");
    shapes.put("reparented", "(sleep 600 &); " + READY + "sleep 600");
    shapes.put("spawner", READY + "while :; do sleep 600 & sleep 0.002; done");
    // bounded: 127 processes, half of which are made while the tree is being ended
    shapes.put(
        "fork storm",
        READY
            + "f() { [ $1 -gt 0 ] || exec sleep 600;"
            + " f $(($1-1)) & f $(($1-1)) & sleep 0.01; wait; }; f 6");
    shapes.put("own session", "setsid sleep 600 & setsid sleep 600 & " + READY + "sleep 600");
    shapes.put("ignores TERM", "trap '' TERM; " + READY + "sleep 600; sleep 600");
    shapes.put("forks on TERM", "trap '(sleep 600 &)' TERM; " + READY + "sleep 600; sleep 600");
    shapes.put(
        "empty environment", "setsid env -i PATH=/usr/bin:/bin sleep 600 & " + READY + "sleep 600");
    return shapes;
  }

  static List<Figure> measure(Path scratch) throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (BackgroundManager tasks = Tasks.open(scratch.resolve("state"))) {
      Samples samples = new Samples();
      for (int i = 0; i < ROUNDS; i++) {
        samples.add(stop(tasks, scratch, SHAPES.get("children")));
      }
      figures.add(Figure.of("p50", "µs", samples.percentileMicros(50), Goal.none()));
      figures.add(Figure.of("p99", "µs", samples.percentileMicros(99), Goal.atMost(150_000)));
      for (Map.Entry<String, String> shape : SHAPES.entrySet()) {
        int survivors = 0;
        for (int i = 0; i < ROUNDS; i++) {
          stop(tasks, scratch, shape.getValue());
          survivors += OsProcesses.below(scratch).size();
        }
        figures.add(
            Figure.of(
                "survivors of " + ROUNDS + ", " + shape.getKey(), "", survivors, Goal.atMost(0)));
      }
    }
    return figures;
  }

  private static long stop(BackgroundManager tasks, Path scratch, String shape) throws Exception {
    TaskHandle task =
        tasks.start(Tasks.script(scratch, shape).grace(Duration.ofMillis(60)).background());
    while (!task.output(64).startsWith("ready")) {
      if (task.await(Duration.ofMillis(2)).status().isTerminal()) {
        throw new IllegalStateException("it ended by itself: " + task.output(1000));
      }
    }
    long start = System.nanoTime();
    task.stop("measured");
    Tasks.awaitEnd(task);
    return System.nanoTime() - start;
  }
}
