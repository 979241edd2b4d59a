package io.kugetsu.worktree;

import java.nio.file.Path;
import java.util.List;

/**
 * What a repair found out of order. Where nothing was, both lists are empty.
 *
 * @param repaired what is in order again
 * @param unrepaired what is not, and why
 */
public record RepairReport(List<Finding> repaired, List<Finding> unrepaired) {
  /** Copies its lists. */
  public RepairReport {
    repaired = List.copyOf(repaired);
    unrepaired = List.copyOf(unrepaired);
  }

  /**
   * Something that was out of order.
   *
   * @param kind what, for programs
   * @param path the directory that it is about
   * @param text what, and what to do, for people
   */
  public record Finding(Kind kind, Path path, String text) {}

  /** What can be out of order. */
  public enum Kind {
    /** A worktree was moved, so that git looked for it in its old place. */
    MOVED_WORKTREE,
    /** The repository was moved, so that a worktree looked for it in its old place. */
    MOVED_REPOSITORY,
    /** A worktree was not locked, so that a prune could have taken its entry away. */
    UNLOCKED,
    /** Something that was begun was cut off. */
    CUT_OFF,
    /** The directory of a worktree is gone. */
    MISSING_DIRECTORY,
    /** What is at a worktree's place is not that worktree. */
    FOREIGN_DIRECTORY,
    /** Git has forgotten a worktree whose directory is still there, after a prune for example. */
    FORGOTTEN_WORKTREE
  }
}
