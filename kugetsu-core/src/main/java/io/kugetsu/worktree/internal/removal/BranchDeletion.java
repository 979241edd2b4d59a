package io.kugetsu.worktree.internal.removal;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.IntegrationState;
import io.kugetsu.worktree.internal.git.Commits;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.home.IntegrationCheck;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Checkouts;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.work.LostCommits;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Deletes the branch of a worktree that is gone: only one that kugetsu made, that is checked out
 * nowhere, whose work is in another branch, that of its log too, and that still stands where that
 * was seen.
 */
public record BranchDeletion(Git git, Registry registry) {
  // To ask about each takes several processes.
  private static final int MOST_LOGGED = 20;

  /**
   * Deletes it, once git has forgotten the worktree. It never throws: the worktree is gone, which
   * is to be told whatever becomes of the branch.
   *
   * @param into the branch that must have all of it, without {@code refs/heads/}
   * @return why it stays, or empty when it is gone
   */
  public Optional<String> deleteIfIntegrated(TreeRecord record, String into) {
    try (LockFile.Held held = registry.lock()) {
      return deleteLocked(record, into);
    } catch (TimeoutException | KugetsuException e) {
      return Optional.of("the branch '" + record.branch() + "' stays: " + e.getMessage());
    }
  }

  private Optional<String> deleteLocked(TreeRecord record, String into) {
    String branch = record.branch();
    Commits commits = new Commits(git, registry);
    String stays = "the branch '" + branch + "' stays: ";
    if (!record.branchMade()) {
      return Optional.of(stays + "it was not made for the worktree");
    }
    if (branch.equals(into)) {
      return Optional.of(stays + "it cannot be integrated into itself");
    }
    List<CheckedOut> using = new Checkouts(git, registry).using("refs/heads/" + branch);
    if (!using.isEmpty()) {
      return Optional.of(stays + "it is in use in " + using.get(0).top());
    }
    Optional<String> commit = commits.branch(branch);
    Optional<String> target = commits.branch(into);
    if (commit.isEmpty()) {
      return Optional.of("there is no branch '" + branch + "' any more");
    }
    if (target.isEmpty()) {
      return Optional.of(stays + "there is no branch '" + Names.excerpt(into) + "'");
    }
    IntegrationState state = new IntegrationCheck(git, registry).of(commit.get(), target.get());
    if (!state.isIntegrated()) {
      return Optional.of(stays + "it has work that '" + into + "' has not");
    }
    if (!isLogElsewhere(branch, target.get())) {
      return Optional.of(
          stays + "its log alone leads to commits that '" + into + "' has not, see 'git reflog'");
    }
    GitResult deleted =
        git.runRetrying(
            GitCommand.onRepository(
                registry.common(), "update-ref", "-d", "refs/heads/" + branch, commit.get()));
    return deleted.ok() ? Optional.empty() : Optional.of(stays + deleted.err().strip());
  }

  /** Commits that were reset away or replaced are in the log only, and that goes too. */
  private boolean isLogElsewhere(String branch, String target) {
    List<String> logged = LostCommits.onlyLogged(git, registry.common(), branch);
    IntegrationCheck check = new IntegrationCheck(git, registry);
    return logged.size() <= MOST_LOGGED
        && logged.stream().allMatch(commit -> check.of(commit, target).isIntegrated());
  }
}
