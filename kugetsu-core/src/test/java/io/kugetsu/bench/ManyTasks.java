package io.kugetsu.bench;

import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.HostWork;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskSpec;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Ten thousand tasks through one manager: how fast, and what they leave on its heap. */
final class ManyTasks {
  private static final int TASKS = 10_000;
  private static final int AT_ONCE = 16;
  private static final double MIB = 1 << 20;

  private ManyTasks() {}

  static List<Figure> measure(Path scratch) throws Exception {
    try (BackgroundManager tasks = Tasks.open(scratch.resolve("state"))) {
      run(tasks, TASKS / 10);
      long heap = Heap.used();
      long start = System.nanoTime();
      run(tasks, TASKS);
      double seconds = (System.nanoTime() - start) / 1e9;
      return List.of(
          Figure.of("each second", "", TASKS / seconds, Goal.none()),
          Figure.of("heap they leave", "MiB", (Heap.used() - heap) / MIB, Goal.atMost(4)));
    }
  }

  private static void run(BackgroundManager tasks, int count) {
    HostWork work = HostWork.of(run -> "done");
    Deque<TaskHandle> open = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      open.add(tasks.start(TaskSpec.host("one of many", work).background()));
      if (open.size() == AT_ONCE) {
        Tasks.awaitEnd(open.remove());
      }
    }
    open.forEach(Tasks::awaitEnd);
  }
}
