package io.kugetsu.worktree.internal.git;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Failures that pass: another git, which takes none of our locks, was changing the same file or
 * half way through making a worktree.
 */
public final class Collisions {
  private static final Pattern PASSING =
      Pattern.compile(
          "failed to read \\S*commondir"
              + "|Invalid path '[^'\\n]*/worktrees/"
              + "|could not lock config file"
              + "|bad object worktrees/"
              + "|could not open '[^'\\n]*worktrees/[^'\\n]*' for writing"
              + "|\\.lock': File exists");
  private static final long SHORTEST_MILLIS = 4;
  private static final int LONGEST_SHIFT = 6;

  private Collisions() {}

  public static boolean isOne(GitResult result) {
    return PASSING.matcher(result.err()).find();
  }

  /** Waits before the next try, longer each time and never as long as others do. */
  public static void pause(int attempt) {
    long most = SHORTEST_MILLIS << Math.min(attempt, LONGEST_SHIFT);
    long millis = ThreadLocalRandom.current().nextLong(SHORTEST_MILLIS, most + 1);
    LockSupport.parkNanos(Collisions.class, TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
