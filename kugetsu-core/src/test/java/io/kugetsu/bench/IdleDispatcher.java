package io.kugetsu.bench;

import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.task.BackgroundManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a dispatcher costs that has nothing to do: the time on a processor, and how often its
 * threads wake up, beside those of a JVM that only waits, over the same seconds. The kernel tells
 * both.
 */
final class IdleDispatcher {
  private static final int SETTLING_SECONDS = 15;
  private static final int SECONDS = 30;

  private IdleDispatcher() {}

  static List<Figure> measure(Path scratch) throws Exception {
    Path state = scratch.resolve("state");
    try (ChildProgram idle = ChildProgram.start(Program.class, "idle");
        ChildProgram dispatcher = dispatcher(state);
        ChildProgram standby = dispatcher(state)) {
      idle.await("up");
      pause(SETTLING_SECONDS);
      List<ChildProgram> programs = List.of(idle, dispatcher, standby);
      long[] before = busy(programs);
      long wakesBefore = wakes(dispatcher.pid());
      long from = System.nanoTime();
      pause(SECONDS);
      long[] after = busy(programs);
      double nanos = System.nanoTime() - from;
      double wakes = wakes(dispatcher.pid()) - wakesBefore;
      double base = 100 * (after[0] - before[0]) / nanos;
      return List.of(
          Figure.of("idle JVM, of a core", "%", base, Goal.none()),
          Figure.of("above it", "%", 100 * (after[1] - before[1]) / nanos - base, Goal.atMost(0.2)),
          Figure.of(
              "above it, standing by",
              "%",
              100 * (after[2] - before[2]) / nanos - base,
              Goal.none()),
          Figure.of("wake-ups each second", "", wakes * 1e9 / nanos, Goal.atMost(1.1)));
    }
  }

  /** One that is up: the first one is elected. */
  private static ChildProgram dispatcher(Path state) throws Exception {
    ChildProgram program = ChildProgram.start(Program.class, "dispatch", state);
    program.await("up");
    try (Engine engine = Engines.files(state, Clock.systemUTC(), Engines.localProbe())) {
      Tasks.await(() -> engine.elected().isPresent());
    }
    return program;
  }

  private static void pause(int seconds) throws InterruptedException {
    boolean unused = new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
  }

  private static long[] busy(List<ChildProgram> programs) throws IOException {
    long[] nanos = new long[programs.size()];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = busy(programs.get(i).pid());
    }
    return nanos;
  }

  /** Nanoseconds on a processor, of all threads that live. */
  private static long busy(long pid) throws IOException {
    long nanos = 0;
    for (Path thread : threads(pid)) {
      nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
    }
    return nanos;
  }

  /** How often the threads that belong to kugetsu gave up the processor of their own accord. */
  private static long wakes(long pid) throws IOException {
    long count = 0;
    for (Path thread : threads(pid)) {
      if (Files.readString(thread.resolve("comm")).startsWith("kugetsu-")) {
        count +=
            Files.readAllLines(thread.resolve("status")).stream()
                .filter(line -> line.startsWith("voluntary_ctxt_switches"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
      }
    }
    return count;
  }

  private static List<Path> threads(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.toList();
    }
  }

  /** A program that waits, with or without an open manager. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      if (args[0].equals("dispatch")) {
        BackgroundManager tasks = BackgroundManager.builder(Path.of(args[1])).open();
        System.out.println("up with " + tasks);
      } else {
        System.out.println("up");
      }
      new CountDownLatch(1).await();
    }
  }
}
