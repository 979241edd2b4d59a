package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.OsProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Waits for what other processes do. */
final class Eventually {
  private static final int FIRST_SECONDS = 1;
  private static final int LONGEST_SECONDS = 60;
  private static final int FACTOR = 4;

  private Eventually() {}

  static void isTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(LONGEST_SECONDS).toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
    assertTrue(condition.getAsBoolean());
  }

  /** The process whose number a file tells is gone. */
  static void isDead(Path pidFile) throws IOException {
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    isTrue(() -> !OsProcesses.lives(pid));
  }

  /**
   * Has a time limit end something that never ends, once it has written a file. How far it gets in
   * a second only the machine knows; where that is not as far as the file, it gets a longer limit.
   */
  static <T> T endedAt(Path reached, Function<Duration, T> work) {
    for (int seconds = FIRST_SECONDS; ; seconds *= FACTOR) {
      T result = work.apply(Duration.ofSeconds(seconds));
      if (isWritten(reached) || seconds > LONGEST_SECONDS) {
        return result;
      }
    }
  }

  private static boolean isWritten(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
