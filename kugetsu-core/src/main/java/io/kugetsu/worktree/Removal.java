package io.kugetsu.worktree;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What became of a worktree that was to be removed. */
public sealed interface Removal {
  /**
   * It is gone: its directory is no longer there and git has no entry for it.
   *
   * @param branch the branch that was checked out. Empty when none was, or it cannot be known
   * @param head the full id of the commit that was checked out; empty when it cannot be known
   * @param leftover where files are still waiting to be deleted, when they could not all be; the
   *     next removal tries again
   * @param rescue what was saved; empty when nothing had to be, or it was not asked for
   * @param branchDeleted whether the branch was deleted with it
   * @param warnings what was asked for and not done, in words
   */
  record Removed(
      Optional<String> branch,
      Optional<String> head,
      Optional<Path> leftover,
      Optional<Rescue> rescue,
      boolean branchDeleted,
      List<String> warnings)
      implements Removal {
    /** Copies its list. */
    public Removed {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * It is still there, unchanged; only processes may have been ended that were to be.
   *
   * @param obstacles everything that stands against it, never empty
   */
  record Refused(List<Obstacle> obstacles) implements Removal {
    /** Copies its list. */
    public Refused {
      obstacles = List.copyOf(obstacles);
    }

    /**
     * Whether something of a kind stands against it.
     *
     * @param kind the kind
     * @return whether it does
     */
    public boolean has(Obstacle.Kind kind) {
      return obstacles.stream().anyMatch(obstacle -> obstacle.kind() == kind);
    }
  }
}
