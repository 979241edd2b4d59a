package io.kugetsu.worktree;

import java.util.List;

/**
 * What was done in a worktree since it was made.
 *
 * @param commits the commits since the base, newest first, at most {@value #MAX_COMMITS} of them
 * @param commitCount how many commits there are
 * @param filesChanged how many files differ between the base and the last commit
 * @param insertions lines that the last commit has and the base has not
 * @param deletions lines that the base has and the last commit has not
 * @param uncommitted how many paths are changed or new and not committed; ignored ones do not count
 */
public record Changes(
    List<Commit> commits,
    int commitCount,
    int filesChanged,
    long insertions,
    long deletions,
    int uncommitted) {
  /** How many commits are listed at most. */
  public static final int MAX_COMMITS = 1000;

  /** Copies its list. */
  public Changes {
    commits = List.copyOf(commits);
  }

  /** {@return whether nothing at all was done} */
  public boolean isEmpty() {
    return commitCount == 0 && filesChanged == 0 && uncommitted == 0;
  }

  /**
   * One commit.
   *
   * @param id its full id
   * @param subject the first paragraph of its message, in one line
   */
  public record Commit(String id, String subject) {}
}
