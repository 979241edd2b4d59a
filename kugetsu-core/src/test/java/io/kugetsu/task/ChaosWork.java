package io.kugetsu.task;

import io.kugetsu.common.LimitKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Work that ends when the test says so, or at once when it is stopped, or only then. It counts who
 * is inside with the same keys, by itself.
 */
final class ChaosWork implements HostWork {
  private static final int STUBBORN = 0;
  private static final int BLOCKING = 1;

  private final List<LimitKey> keys;
  private final int manner;
  private final ChaosLedger ledger;
  private final CompletableFuture<String> result = new CompletableFuture<>();
  private boolean inside;
  private boolean over;
  private boolean stopped;

  ChaosWork(List<LimitKey> keys, int manner, ChaosLedger ledger) {
    this.keys = keys;
    this.manner = manner;
    this.ledger = ledger;
  }

  @Override
  public CompletionStage<String> start(HostRun run) throws Exception {
    boolean before;
    synchronized (this) {
      before = over;
      inside = !over;
      if (inside) {
        ledger.enter(keys);
      }
    }
    if (before) {
      return result;
    }
    run.print("inside");
    run.progress("inside");
    if (manner == BLOCKING) {
      try {
        result.get();
      } catch (InterruptedException e) {
        finish("interrupted");
      }
      return result;
    }
    run.onStop(
        reason -> {
          synchronized (this) {
            stopped = true;
          }
          if (manner != STUBBORN || ledger.obeys()) {
            finish("obeyed");
          }
        });
    return result;
  }

  void finish(String answer) {
    if (leave()) {
      result.complete(answer);
    }
  }

  void fail() {
    if (leave()) {
      result.completeExceptionally(new IllegalStateException("chaos"));
    }
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** What was inside is counted out before anybody can learn that it ended. */
  private synchronized boolean leave() {
    boolean first = !over;
    over = true;
    if (first && inside) {
      ledger.leave(keys);
    }
    return first;
  }
}
