package io.kugetsu.process;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Measures from the start to the known exit of a program that does nothing: bare, and through the
 * runner, in turns, so that whatever else the machine does meets both.
 */
final class LaunchCostMain {
  private static final int WARM_UP = 300;

  private LaunchCostMain() {}

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
    long[] bare = new long[rounds];
    long[] ours = new long[rounds];
    try (PipeRunner runner = new PipeRunner()) {
      for (int i = -WARM_UP; i < rounds; i++) {
        long one = nanos(LaunchCostMain::bare);
        long two = nanos(() -> ours(runner));
        if (i >= 0) {
          bare[i] = one;
          ours[i] = two;
        }
      }
    }
    Arrays.sort(bare);
    Arrays.sort(ours);
    for (int percent : new int[] {50, 90, 99}) {
      int at = rounds * percent / 100;
      System.out.printf(
          "p%d bare %.3f ms, runner %.3f ms, ratio %.2f%n",
          percent, bare[at] / 1e6, ours[at] / 1e6, (double) ours[at] / bare[at]);
    }
  }

  private static long nanos(Callable<Integer> work) throws Exception {
    long before = System.nanoTime();
    if (work.call() != 0) {
      throw new IllegalStateException("it should do nothing, and well");
    }
    return System.nanoTime() - before;
  }

  private static int bare() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/true")
            .directory(Path.of("/tmp").toFile())
            .redirectErrorStream(true)
            .redirectInput(Launch.noInput());
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin"));
    Process process = builder.start();
    try (InputStream in = process.getInputStream()) {
      in.readAllBytes();
    }
    return process.waitFor();
  }

  private static int ours(PipeRunner runner) throws Exception {
    return runner
        .start(
            ProcessSpec.builder(
                    List.of("/bin/true"), Path.of("/tmp"), Map.of("PATH", "/usr/bin:/bin"))
                .build())
        .exit()
        .toCompletableFuture()
        .get()
        .code()
        .orElseThrow();
  }
}
