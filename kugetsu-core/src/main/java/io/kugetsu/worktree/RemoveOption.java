package io.kugetsu.worktree;

/** What may be lost when a worktree is removed. */
public enum RemoveOption {
  /** Files that git ignores, unless another repository is among them. */
  DISCARD_IGNORED,
  /** Everything that is {@linkplain Obstacle.Kind#isDiscardable() discardable}. */
  DISCARD_ALL
}
