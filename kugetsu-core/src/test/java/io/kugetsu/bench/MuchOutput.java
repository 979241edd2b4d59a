package io.kugetsu.bench;

import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.CommandSpec;
import io.kugetsu.task.OutputFollowing;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One GiB of output, lines of 80 bytes, under a raised ceiling, beside the same command that writes
 * into a file of its own. Heap is what is in use after a collection, before and with the task held.
 */
final class MuchOutput {
  private static final long SIZE = 1L << 30;
  private static final int ROUNDS = 2;
  private static final double MIB = 1 << 20;

  private final Path scratch;

  private MuchOutput(Path scratch) {
    this.scratch = scratch;
  }

  static List<Figure> measure(Path scratch) throws Exception {
    return new MuchOutput(scratch).measure();
  }

  private List<Figure> measure() throws Exception {
    Samples measured = new Samples();
    Samples followed = new Samples();
    Samples floor = new Samples();
    double growth = 0;
    try (BackgroundManager tasks = Tasks.open(scratch.resolve("state"))) {
      run(tasks, false, new Samples()); // warms up what is loaded once
      for (int i = 0; i < ROUNDS; i++) {
        bare(floor);
        growth = Math.max(growth, run(tasks, false, measured));
        growth = Math.max(growth, run(tasks, true, followed));
      }
    }
    double least = floor.medianMicros() / 1000;
    return List.of(
        new Figure("wall", "ms", measured.medianMicros() / 1000, least, Goal.timesFloor(1.3)),
        new Figure("wall, followed", "ms", followed.medianMicros() / 1000, least, Goal.none()),
        Figure.of("heap growth", "MiB", growth, Goal.atMost(4)));
  }

  private static String[] command() {
    return new String[] {"/bin/sh", "-c", "yes '" + "x".repeat(79) + "' | head -c " + SIZE};
  }

  private void bare(Samples samples) throws Exception {
    Path file = scratch.resolve("bare");
    long start = System.nanoTime();
    int code = new ProcessBuilder(command()).redirectOutput(file.toFile()).start().waitFor();
    samples.add(System.nanoTime() - start);
    if (code != 0 || Files.size(file) != SIZE) {
      throw new IllegalStateException("the floor was not reached: " + code);
    }
    Files.delete(file);
  }

  private double run(BackgroundManager tasks, boolean follow, Samples samples) throws Exception {
    CommandSpec spec = Tasks.command(scratch, command()).outputCeiling(SIZE * 2);
    long before = Heap.used();
    AtomicLong told = new AtomicLong();
    long start = System.nanoTime();
    TaskHandle task = tasks.start(spec.background());
    OutputFollowing following = follow ? task.follow(0, page -> told.set(page.to())) : null;
    Tasks.awaitEnd(task);
    if (following != null) {
      following.done().toCompletableFuture().get(2, TimeUnit.MINUTES);
      if (told.get() != SIZE) {
        throw new IllegalStateException("only " + told.get() + " bytes were told");
      }
    }
    samples.add(System.nanoTime() - start);
    double growth = (Heap.used() - before) / MIB;
    Path output = task.output().file().orElseThrow();
    if (Files.size(output) != SIZE) {
      throw new IllegalStateException("only " + Files.size(output) + " bytes are there");
    }
    Files.delete(output);
    return growth;
  }
}
