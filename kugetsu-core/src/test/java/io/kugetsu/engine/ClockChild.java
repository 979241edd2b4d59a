package io.kugetsu.engine;

import io.kugetsu.common.TaskId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** A new program whose clock is wrong; it enqueues two tasks and says which. */
public final class ClockChild {
  private ClockChild() {}

  public static void main(String[] args) {
    Clock clock = Clock.offset(Clock.systemUTC(), Duration.parse(args[1]));
    try (Engine engine = Engines.files(Path.of(args[0]), clock, Engines.localProbe())) {
      for (int i = 0; i < 2; i++) {
        System.out.println(
            engine.tasks().enqueue(CrashChild.task(TaskId.next(clock), null)).task().id());
      }
    }
  }
}
