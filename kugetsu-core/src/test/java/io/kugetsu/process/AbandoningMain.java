package io.kugetsu.process;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program that runs a process and then is killed before it can look after it. */
final class AbandoningMain {
  private AbandoningMain() {}

  public static void main(String[] args) throws InterruptedException {
    String script = "trap '' TERM; sleep 300 & setsid sleep 300 & echo $!; wait; sleep 300";
    CountDownLatch up = new CountDownLatch(1);
    new PipeRunner()
        .start(
            ProcessSpec.builder(List.of("/bin/sh", "-c", script), Path.of("/tmp"), Runs.PATH)
                .marker(args[0])
                .lineListener(line -> up.countDown())
                .build());
    up.await();
    System.out.println("up");
    new CountDownLatch(1).await();
  }
}
