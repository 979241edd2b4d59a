package io.kugetsu.process;

import java.nio.file.Path;
import java.util.List;

/**
 * Runs a process that writes many mebibytes, and says how much of the heap that took in the end.
 * What it took in between is bounded by the heap that this program is given.
 */
final class FloodMain {
  private FloodMain() {}

  public static void main(String[] args) throws Exception {
    long bytes = Long.parseLong(args[0]) << 20;
    try (PipeRunner runner = new PipeRunner()) {
      flood(runner, 1 << 20, args[1]);
      long before = used();
      long started = System.nanoTime();
      PipeProcess process = flood(runner, bytes, args[1]);
      long millis = (System.nanoTime() - started) / 1_000_000;
      long kept = used() - before;
      OutputPage last = process.output(Math.max(0, bytes - 1_000), 1_000);
      System.out.println("size " + last.size());
      System.out.println("kept " + kept / 1024);
      System.out.println("millis " + millis);
    }
  }

  private static PipeProcess flood(PipeRunner runner, long bytes, String log) throws Exception {
    ProcessSpec.Builder spec =
        ProcessSpec.builder(
                List.of("/bin/sh", "-c", "yes 0123456789abcdef | head -c " + bytes),
                Path.of("/tmp"),
                Runs.PATH)
            .outputCeiling(0);
    if (!log.isEmpty()) {
      spec.logFile(Path.of(log)).logOnDemand(true);
    }
    PipeProcess process = runner.start(spec.build());
    ProcessExit exit = process.exit().toCompletableFuture().get();
    if (!exit.isSuccess() || !exit.outputComplete()) {
      throw new IllegalStateException(exit.toString());
    }
    return process;
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
