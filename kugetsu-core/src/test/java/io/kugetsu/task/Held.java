package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Work of the host that ends when the test says so; when it is stopped only if it is told to. */
final class Held implements HostWork {
  final CompletableFuture<String> result = new CompletableFuture<>();
  final CompletableFuture<StopReason> stop = new CompletableFuture<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final boolean stubborn;
  private volatile HostRun run;

  private Held(boolean stubborn) {
    this.stubborn = stubborn;
  }

  /** Ends as soon as it is stopped. */
  static Held obedient() {
    return new Held(false);
  }

  /** Ends only when the test says so. */
  static Held stubborn() {
    return new Held(true);
  }

  HostSpec spec() {
    return TaskSpec.host("held", this);
  }

  @Override
  public CompletionStage<String> start(HostRun started) {
    run = started;
    begun.countDown();
    started.onStop(
        reason -> {
          stop.complete(reason);
          if (!stubborn) {
            result.complete("stopped");
          }
        });
    return result;
  }

  /** Waits until it runs. */
  HostRun run() throws InterruptedException {
    assertTrue(begun.await(30, TimeUnit.SECONDS), "it does not begin");
    return run;
  }
}
