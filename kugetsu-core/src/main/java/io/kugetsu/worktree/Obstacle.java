package io.kugetsu.worktree;

import java.util.List;

/**
 * Something that stands against removing a worktree.
 *
 * @param kind what it is
 * @param count how many of them there are
 * @param examples some of them: paths from the worktree's directory, commit ids or an explanation;
 *     at most {@value #MAX_EXAMPLES}
 */
public record Obstacle(Kind kind, int count, List<String> examples) {
  /** How many examples are given at most. */
  public static final int MAX_EXAMPLES = 20;

  /** Copies its list. */
  public Obstacle {
    examples = List.copyOf(examples);
  }

  @Override
  public String toString() {
    return kind + " (" + count + "): " + String.join(", ", examples);
  }

  /** What stands against a removal. */
  public enum Kind {
    /** Tracked files with changes that are not committed, staged or not. */
    UNCOMMITTED_CHANGES(true),
    /** Files that git neither tracks nor ignores. */
    UNTRACKED_FILES(true),
    /** Files that git ignores: settings, notes, build output. */
    IGNORED_FILES(true),
    /**
     * Files that git was told not to look at (assume-unchanged, skip-worktree) and that are there;
     * whether they are changed git cannot tell.
     */
    HIDDEN_FILES(true),
    /** Commits that no branch and no tag would lead to any more. */
    DETACHED_COMMITS(true),
    /** A merge, rebase, cherry-pick, revert or bisect that is not finished, or git at work. */
    OPERATION_IN_PROGRESS(true),
    /** Another repository or worktree inside. */
    NESTED_REPOSITORIES(true),
    /**
     * Submodules whose repositories are kept in this worktree's entry, with commits of their own.
     */
    SUBMODULES(true),
    /**
     * The directory is gone, but its entry may still hold what was staged, or an unfinished merge.
     */
    MISSING_DIRECTORY(true),
    /** What is in it could not be found out. */
    UNKNOWN(true),
    /** Git has no such worktree, at least not below this root. */
    NOT_REGISTERED(false),
    /** What is at its place is not that worktree. */
    FOREIGN_DIRECTORY(false),
    /** Somebody else locked the worktree. */
    LOCKED_BY_OTHERS(false),
    /** Others kept the repository locked for too long; try again. */
    REPOSITORY_BUSY(false);

    private final boolean discardable;

    Kind(boolean discardable) {
      this.discardable = discardable;
    }

    /** {@return whether {@link RemoveOption#DISCARD_ALL} overcomes it} */
    public boolean isDiscardable() {
      return discardable;
    }
  }
}
