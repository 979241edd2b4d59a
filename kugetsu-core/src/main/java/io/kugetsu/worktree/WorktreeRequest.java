package io.kugetsu.worktree;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.worktree.internal.registry.Names;
import java.util.Objects;

/**
 * Which worktree is wanted: {@code WorktreeRequest.branch("fix-42").from("origin/main")}.
 * Immutable; each method gives a new request. Whether the branch and the base are usable is for the
 * repository to say, and is answered by {@link WorktreeService#create}.
 *
 * @param branch the branch, without {@code refs/heads/}
 * @param base where a new branch starts
 * @param name the directory's name below the root: {@code [a-z0-9][a-z0-9-]*}, at most 60 long
 * @param existing whether the branch exists and is gone on with; then the base does not count, and
 *     the commit it stands at is recorded as the base
 */
public record WorktreeRequest(String branch, BaseRef base, String name, boolean existing) {
  /**
   * Checks the name.
   *
   * @throws InvalidRequestException when it is not of the form above
   */
  public WorktreeRequest {
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(base, "base");
    if (!Names.isValid(name)) {
      throw new InvalidRequestException(
          "not a name for a worktree: '"
              + Names.excerpt(name)
              + "'; use a-z, 0-9 and '-', first a letter or digit, at most 60 of them, and no name of a"
              + " device of Windows");
    }
  }

  /**
   * A new branch that starts at HEAD. The worktree's name is the branch's where that is a valid
   * one, and otherwise made from it, ending in a hash that keeps different branches apart.
   *
   * @param branch the new branch, without {@code refs/heads/}
   * @return the request
   */
  public static WorktreeRequest branch(String branch) {
    return new WorktreeRequest(branch, BaseRef.head(), Names.forBranch(branch), false);
  }

  /**
   * A branch that exists, to go on with where it stands. It must not be checked out anywhere.
   *
   * @param branch the branch, without {@code refs/heads/}
   * @return the request
   */
  public static WorktreeRequest existing(String branch) {
    return new WorktreeRequest(branch, BaseRef.head(), Names.forBranch(branch), true);
  }

  /**
   * Starts the branch somewhere else.
   *
   * @param base a branch, tag, remote branch or commit, as git spells it
   * @return the new request
   */
  public WorktreeRequest from(String base) {
    return from(BaseRef.ref(base));
  }

  /**
   * Starts the branch somewhere else.
   *
   * @param newBase where
   * @return the new request
   */
  public WorktreeRequest from(BaseRef newBase) {
    return new WorktreeRequest(branch, newBase, name, existing);
  }

  /**
   * Gives the worktree a name of its own.
   *
   * @param newName the name
   * @return the new request
   * @throws InvalidRequestException when it is not a valid name
   */
  public WorktreeRequest named(String newName) {
    return new WorktreeRequest(branch, base, newName, existing);
  }
}
