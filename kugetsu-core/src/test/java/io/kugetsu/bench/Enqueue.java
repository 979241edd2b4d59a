package io.kugetsu.bench;

import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * How long it takes to accept a task, until it would survive a crash, and to tell its place in the
 * line. The floor makes a file of the same bytes survive one.
 */
final class Enqueue {
  private static final int WARM_UP = 200;
  private static final int ROUNDS = 1_000;
  private static final int IN_A_ROW = 1_000;

  private Enqueue() {}

  static List<Figure> measure(Path scratch) throws Exception {
    Path floor = Files.createDirectory(scratch.resolve("floor"));
    Path state = scratch.resolve("state");
    try (Engine engine = Engines.files(state, Clock.systemUTC(), Engines.localProbe())) {
      TaskId first = QueuedItems.enqueue(engine, 0);
      byte[] record = Files.readAllBytes(state.resolve("tasks/pending/" + first + ".json"));
      int[] next = {1, 1};
      Rounds rounds =
          Rounds.interleaved(
              WARM_UP,
              ROUNDS,
              () -> engine.tasks().position(QueuedItems.enqueue(engine, next[0]++)),
              () -> Floors.durableWrite(floor.resolve("record-" + next[1]++), record));
      long start = System.nanoTime();
      for (int i = 0; i < IN_A_ROW; i++) {
        QueuedItems.enqueue(engine, next[0]++);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return List.of(
          rounds.percentile("p50", 50, Goal.timesFloor(3)),
          rounds.percentile("p99", 99, Goal.none()),
          Figure.of("each second", "", IN_A_ROW / seconds, Goal.none()));
    }
  }
}
