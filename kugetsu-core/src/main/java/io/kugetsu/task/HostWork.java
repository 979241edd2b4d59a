package io.kugetsu.task;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Work that the embedding program does itself and that kugetsu gives the life of a task: an
 * identifier, permits, deadlines, a handle, an end.
 */
@FunctionalInterface
public interface HostWork {
  /**
   * Begins the work, on a thread of the manager's executor. It may do all of it before it returns,
   * or only begin it.
   *
   * @param run what the work needs to know, and whom to tell
   * @return completes with the final answer once nothing of the work goes on, or exceptionally when
   *     it failed. The task runs, and holds its permits, until then, also when it is asked to stop
   * @throws Exception when it failed at once
   */
  CompletionStage<String> start(HostRun run) throws Exception;

  /**
   * Work that is done when its method returns.
   *
   * @param body the work
   * @return the work
   */
  static HostWork of(Body body) {
    return run -> CompletableFuture.completedFuture(body.run(run));
  }

  /** Work that is done when its method returns. */
  @FunctionalInterface
  interface Body {
    /**
     * Does the work. Its thread is interrupted when the task is to stop.
     *
     * @param run what the work needs to know, and whom to tell
     * @return the final answer; may be empty
     * @throws Exception when it failed
     */
    String run(HostRun run) throws Exception;
  }
}
