package io.kugetsu.worktree;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A worktree as it was made. A value: it says nothing about what is in it now.
 *
 * @param name its name, unique below its root
 * @param path its directory, absolute and with symbolic links resolved
 * @param branch the branch that was made for it, without {@code refs/heads/}; whoever works in it
 *     may have checked out another since
 * @param baseCommit the full id of the commit that the branch started at
 * @param repository its repository, as in {@link GitRepository#commonDirectory()}
 */
public record Worktree(String name, Path path, String branch, String baseCommit, Path repository) {
  /** Requires everything. */
  public Worktree {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(baseCommit, "baseCommit");
    Objects.requireNonNull(repository, "repository");
  }
}
