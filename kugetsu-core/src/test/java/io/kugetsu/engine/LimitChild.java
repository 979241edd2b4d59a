package io.kugetsu.engine;

import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Claims with several threads under a limit, and says when each run began and ended. */
public final class LimitChild {
  private LimitChild() {}

  public static void main(String[] args) throws InterruptedException {
    Engine engine = Engines.files(Path.of(args[0]), Clock.systemUTC(), Engines.localProbe());
    Limits limits = Limits.of(Integer.parseInt(args[1]));
    say("open");
    Thread[] threads = new Thread[3];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = new Thread(() -> work(engine, limits));
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void work(Engine engine, Limits limits) {
    Owner me = Engines.newOwner();
    ClaimRequest request =
        new ClaimRequest(me, Set.of("agent"), limits, 1, null, record -> List.of());
    while (true) {
      List<Claim> claims = engine.tasks().claim(request);
      if (claims.isEmpty() && engine.tasks().list(Set.of(TaskStatus.PENDING)).isEmpty()) {
        return;
      }
      for (Claim claim : claims) {
        if (!claim.orphaned()) {
          run(claim);
        }
        engine.tasks().finish(claim.token(), CrashChild.finish(claim.task().id()));
      }
      if (claims.isEmpty()) {
        pause(3);
      }
    }
  }

  /** The monotonic clock is the machine's, so the stamps of several JVMs can be compared. */
  private static void run(Claim claim) {
    say("begin " + claim.task().id() + " " + System.nanoTime());
    pause(2);
    say("end " + claim.task().id() + " " + System.nanoTime());
  }

  private static void pause(long millis) {
    try {
      new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static synchronized void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
