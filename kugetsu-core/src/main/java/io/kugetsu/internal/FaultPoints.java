package io.kugetsu.internal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a step on the disk begins, so that a test can be there: end a program at each of them, or
 * let each of them fail. Nothing happens here otherwise.
 */
final class FaultPoints {
  /** What is about to be done with a file. */
  enum Step {
    CREATE,
    WRITE,
    FORCE,
    RENAME,
    FORCE_DIRECTORY,
    APPEND,
    EMPTY,
    UNLINK,
    MAKE_DIRECTORY
  }

  /** Somebody who is there. */
  @FunctionalInterface
  interface Watcher {
    /**
     * Is told before a step.
     *
     * @throws IOException makes the step fail
     */
    void before(Step step, Path file) throws IOException;
  }

  private static volatile Watcher watcher = (step, file) -> {};

  private FaultPoints() {}

  static void before(Step step, Path file) throws IOException {
    watcher.before(step, file);
  }

  /** From now on this one is told, and nobody else. */
  static void watch(Watcher next) {
    watcher = next;
  }
}
