package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.Work;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Work of which nothing lives, because it never began or nobody can go on with it. */
final class EndedWork implements Work {
  private final FailureType failure;
  private final String error;

  EndedWork(FailureType failure, String error) {
    this.failure = failure;
    this.error = error;
  }

  @Override
  public CompletionStage<Void> ended() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void stop(StopReason reason) {
    // it has ended
  }

  @Override
  public boolean isKept() {
    return false;
  }

  @Override
  public Settlement settle(Optional<StopReason> stop) {
    return stop.map(Endings::stopped)
        .orElseGet(
            () ->
                failure == FailureType.LOST
                    ? Settlement.end(
                        TaskStatus.LOST, Outcome.failed(failure, error), Optional.empty())
                    : Settlement.failed(failure, error));
  }
}
