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
   * Puts the work into the background. Must not block for long; may be called several times and
   * after the end.
   *
   * @return false when it is too late, since the work is already being ended
   */
  default boolean detach() {
    return true;
  }

  /**
   * Tells whether the work goes on when this JVM ends, once it is detached.
   *
   * @return whether it does; false unless the work knows better
   */
  default boolean survives() {
    return false;
  }

  /**
   * What the work has written, where it is not in {@link Run#directory()} as {@code output.log}.
   *
   * @return where to read it, or empty
   */
  default Optional<WorkOutput> output() {
    return Optional.empty();
  }

  /**
   * Tells whether the task is kept when it ended in the foreground. Asked after the end.
   *
   * @return false for what is of no use to anybody any more; true unless the work knows better
   */
  default boolean isKept() {
    return true;
  }

  /**
   * Judges how the run ended. Called once, after {@link #ended()}.
   *
   * @param stop why the run was stopped; empty when it ended before anybody asked for that
   * @return what becomes of the task
   */
  Settlement settle(Optional<StopReason> stop);
}
