package io.kugetsu.task;

import java.util.concurrent.CompletionStage;

/** Somebody follows a task's output. Thread-safe. */
public interface OutputFollowing extends AutoCloseable {
  /**
   * The end of the following.
   *
   * @return completes when the task has ended and all of its output was told, or when this was
   *     closed; exceptionally when the listener threw, the output could not be read, or the manager
   *     was closed
   */
  CompletionStage<Void> done();

  /** Ends it; no call of the listener begins any more. Idempotent. */
  @Override
  void close();
}
