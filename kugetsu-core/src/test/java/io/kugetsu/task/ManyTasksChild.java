package io.kugetsu.task;

import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.task.internal.Insides;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Ten thousand tasks, a few at a time, each with more to say than could be kept of all: 200 MB. */
final class ManyTasksChild {
  private static final int TASKS = 10_000;
  private static final int KEPT = 100;
  private static final int AT_ONCE = 20;

  private ManyTasksChild() {}

  public static void main(String[] args) throws InterruptedException {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe());
        BackgroundManager tasks =
            BackgroundManager.builder(Path.of(args[0]))
                .engine(engine)
                .retention(new Retention(Duration.ofDays(1), KEPT))
                .open()) {
      tasks.subscribe(TaskEvent.class, event -> {});
      for (int done = 0; done < TASKS; done += AT_ONCE) {
        List<TaskHandle> some = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
          HostSpec spec = TaskSpec.host("quick", HostWork.of(run -> "x".repeat(20_000)));
          some.add(tasks.start(i % 2 == 0 ? spec : spec.background()));
        }
        some.forEach(TaskHandle::await);
        tasks.prune();
      }
      List<Integer> held = Insides.awaitNothingHeld(tasks);
      System.out.println("kept " + tasks.list().size() + " held " + held);
    }
  }
}
