package io.kugetsu.bench;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.Permit;
import io.kugetsu.support.ChildProgram;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How long a permit stays unused whose JVM was killed while somebody in another JVM waits for it:
 * from the kill to the permit. There is no floor; a time-out would be the alternative.
 */
final class FreedByKill {
  private static final int ROUNDS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final LimitKey KEY = LimitKey.of("bench");
  private static final Limits ONE = Limits.none().perKey("bench", 1);

  private FreedByKill() {}

  static List<Figure> measure(Path scratch) throws Exception {
    Samples samples = new Samples();
    try (Engine engine = open(scratch);
        ConcurrencyLimiter limiter = ConcurrencyLimiter.on(engine, () -> ONE)) {
      for (int i = 0; i < ROUNDS; i++) {
        samples.add(round(scratch, limiter));
      }
    }
    return List.of(
        Figure.of("p50", "ms", samples.medianMicros() / 1_000, Goal.none()),
        Figure.of("maximum", "ms", samples.percentileMicros(100) / 1_000, Goal.atMost(1_000)));
  }

  private static long round(Path directory, ConcurrencyLimiter limiter) throws Exception {
    try (ChildProgram holder = ChildProgram.start(Holder.class, directory)) {
      holder.await("held");
      CompletableFuture<Long> had =
          CompletableFuture.supplyAsync(
              () -> {
                try (Permit permit = limiter.acquire(KEY, PATIENCE)) {
                  return System.nanoTime();
                }
              },
              action -> new Thread(action, "bench-waiter").start());
      long killed = System.nanoTime();
      holder.kill();
      return had.get(PATIENCE.toSeconds(), TimeUnit.SECONDS) - killed;
    }
  }

  private static Engine open(Path directory) {
    return Engines.files(directory, Clock.systemUTC(), Engines.localProbe());
  }

  /** Takes the permit and keeps it until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      Engine engine = open(Path.of(args[0]));
      Permit permit = ConcurrencyLimiter.on(engine, () -> ONE).acquire(KEY, Duration.ofSeconds(60));
      System.out.println("held for " + permit.keys());
      new CountDownLatch(1).await();
    }
  }
}
