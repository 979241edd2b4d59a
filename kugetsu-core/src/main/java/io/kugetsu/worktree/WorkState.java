package io.kugetsu.worktree;

import java.util.List;
import java.util.Optional;

/**
 * What is in a worktree that a removal would have to care about, as it was when it was looked at.
 *
 * @param obstacles everything that would be lost, or that keeps it from being known; empty when
 *     nothing is
 * @param branch the branch that is checked out, without {@code refs/heads/}; empty when none is, or
 *     it cannot be known
 * @param head the full id of the commit that is checked out; empty when there is none, or it cannot
 *     be known
 * @param unpushed how many commits HEAD leads to and no remote-tracking branch does; without any
 *     such branch, how many HEAD leads to and the base does not. A removal keeps them: they are on
 *     a branch, or else among the obstacles. -1 when it cannot be known
 * @param stashes how many entries of the stash were made on the branch. A removal keeps them. -1
 *     when it cannot be known
 */
public record WorkState(
    List<Obstacle> obstacles,
    Optional<String> branch,
    Optional<String> head,
    int unpushed,
    int stashes) {
  /** Copies its list. */
  public WorkState {
    obstacles = List.copyOf(obstacles);
  }

  /** {@return whether {@link RemovalRequest#refusing()} would remove it at this moment} */
  public boolean isSafe() {
    return obstacles.isEmpty();
  }

  /**
   * Whether something of a kind is in it.
   *
   * @param kind the kind
   * @return whether it is
   */
  public boolean has(Obstacle.Kind kind) {
    return obstacles.stream().anyMatch(obstacle -> obstacle.kind() == kind);
  }
}
