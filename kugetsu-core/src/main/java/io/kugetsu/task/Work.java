package io.kugetsu.task;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.StopReason;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Work that has begun. Implementations must be thread-safe. */
@Experimental
public interface Work {
  /**
   * The end.
   *
   * @return completes, normally, once nothing of the work lives any more
   */
  CompletionStage<Void> ended();

  /**
   * Asks the work to end, at once or after a grace. Must not block; may be called several times and
   * after the end.
   *
   * @param reason why
   */
  void stop(StopReason reason);

  /**
   * Judges how the run ended. Called once, after {@link #ended()}.
   *
   * @param stop why the run was stopped; empty when it ended before anybody asked for that
   * @return what becomes of the task
   */
  Settlement settle(Optional<StopReason> stop);
}
