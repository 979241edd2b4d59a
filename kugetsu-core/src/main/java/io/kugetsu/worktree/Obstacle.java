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
    UNCOMMITTED_CHANGES(Overcome.RESCUED),
    /** Files that git neither tracks nor ignores. */
    UNTRACKED_FILES(Overcome.RESCUED),
    /** Files that git ignores: settings, notes, build output. */
    IGNORED_FILES(Overcome.RESCUED),
    /**
     * Files that git was told not to look at (assume-unchanged, skip-worktree) and that differ from
     * what is staged.
     */
    HIDDEN_FILES(Overcome.RESCUED),
    /** Directories with nothing in them, which git does not see. */
    EMPTY_DIRECTORIES(Overcome.RESCUED),
    /** Pipes, sockets and devices, which git does not see. */
    SPECIAL_FILES(Overcome.DISCARDED),
    /** Commits that no branch and no tag would lead to any more. */
    DETACHED_COMMITS(Overcome.RESCUED),
    /** Commits that only what git remembers of this worktree's HEAD leads to (its reflog). */
    REFLOG_COMMITS(Overcome.RESCUED),
    /** A merge, rebase, cherry-pick, revert or bisect that is not finished, or git at work. */
    OPERATION_IN_PROGRESS(Overcome.DISCARDED),
    /** Another repository or worktree inside. */
    NESTED_REPOSITORIES(Overcome.DISCARDED),
    /**
     * Submodules with changes, files or commits that are nowhere else: their repositories are kept
     * in this worktree's entry and go with it. Those whose repositories are elsewhere are {@link
     * #NESTED_REPOSITORIES}, and one in the middle of a merge is {@link #OPERATION_IN_PROGRESS}.
     */
    SUBMODULES(Overcome.RESCUED),
    /**
     * The directory is gone, but its entry may still hold what was staged, or an unfinished merge.
     */
    MISSING_DIRECTORY(Overcome.DISCARDED),
    /** Processes whose working directory is in it, by number and name; Linux only. */
    LIVE_PROCESSES(Overcome.DISCARDED),
    /** What is in it could not be found out. */
    UNKNOWN(Overcome.DISCARDED),
    /** Git has no such worktree, at least not below this root. */
    NOT_REGISTERED(Overcome.NEVER),
    /** What is at its place is not that worktree. */
    FOREIGN_DIRECTORY(Overcome.NEVER),
    /** Somebody else locked the worktree, or one inside of it. */
    LOCKED_BY_OTHERS(Overcome.NEVER),
    /** Others kept the repository locked for too long; try again. */
    REPOSITORY_BUSY(Overcome.NEVER);

    private final Overcome overcome;

    Kind(Overcome overcome) {
      this.overcome = overcome;
    }

    /** {@return whether {@link RemovalRequest#discardAll()} overcomes it} */
    public boolean isDiscardable() {
      return overcome != Overcome.NEVER;
    }

    /** {@return whether {@link RemovalRequest#rescue()} can save it} */
    public boolean isRescuable() {
      return overcome == Overcome.RESCUED;
    }

    private enum Overcome {
      RESCUED,
      DISCARDED,
      NEVER
    }
  }
}
