package io.kugetsu.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A program that starts runs which write a line each 10 milliseconds, to their output and to a file
 * of truth, and then waits to be killed.
 */
final class SupervisingMain {
  /**
   * {@code $1} is the file of truth, {@code $2} the exit code. A handler for Ctrl-C, as agents
   * have.
   */
  static final String AGENT =
      "trap 'echo interrupted; exit 130' INT; i=0; while [ $i -lt $3 ]; do i=$((i+1));"
          + " echo line $i; echo line $i >>$1; sleep .01; done; exit $2";

  private SupervisingMain() {}

  /**
   * {@code token directory kind from count lines} where kind is one of background and foreground.
   */
  public static void main(String[] args) throws Exception {
    SupervisedRunner runner = new SupervisedRunner();
    Path directory = Path.of(args[1]);
    int from = Integer.parseInt(args[3]);
    Path first = Files.createDirectory(directory.resolve("first-" + args[2] + "-" + from));
    // The first costs most, and would be all that is seen of a program that is killed soon.
    runner
        .start(
            ProcessSpec.builder(List.of("true"), directory, SupervisedRuns.PATH)
                .marker(args[0])
                .runDirectory(first)
                .build())
        .exit()
        .toCompletableFuture()
        .get();
    for (int i = from; i < from + Integer.parseInt(args[4]); i++) {
      Path own = Files.createDirectory(directory.resolve(args[2] + "-" + i));
      Path truth = own.resolve("truth");
      List<String> argv =
          List.of("/bin/sh", "-c", AGENT, "sh", truth.toString(), "" + i % 256, args[5]);
      System.out.println("starting " + i);
      runner.start(
          ProcessSpec.builder(argv, directory, SupervisedRuns.PATH)
              .marker(args[0] + "." + args[2] + "." + i)
              .runDirectory(own)
              .foreground(args[2].equals("foreground"))
              .wakeFile(directory.resolve("wake"))
              .build());
      System.out.println("started " + i);
    }
    for (int i = from; i < from + Integer.parseInt(args[4]); i++) {
      Path truth = directory.resolve(args[2] + "-" + i).resolve("truth");
      SupervisedRuns.await("it runs", () -> Files.exists(truth));
    }
    System.out.println("all");
    new CountDownLatch(1).await();
  }
}
