package io.kugetsu.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Stands for election, says what it is to hand out, and waits to be killed. */
public final class ElectionChild {
  private ElectionChild() {}

  public static void main(String[] args) throws InterruptedException {
    Engine engine = Engines.files(Path.of(args[0]), Clock.systemUTC(), Engines.localProbe());
    Set<String> share = engine.dispatching(Engines.newOwner()).share(Set.of("agent"));
    System.out.write(
        (share + "\n").getBytes(StandardCharsets.UTF_8), 0, share.toString().length() + 1);
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
