package io.kugetsu.worktree.internal.home;

import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.IntegrationState;
import io.kugetsu.worktree.internal.git.Commits;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.Scratch;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Whether all of a commit's work is in another. The cheap questions come first; each answers for
 * sure or leaves it to the next.
 */
public record IntegrationCheck(Git git, Registry registry) {
  public IntegrationState of(String commit, String target) {
    Commits commits = new Commits(git, registry);
    SamePatches patches = new SamePatches(git, registry);
    if (commits.isAncestor(commit, target)) {
      return IntegrationState.ANCESTOR;
    }
    Optional<String> base = commits.mergeBase(commit, target);
    if (base.isEmpty()) {
      return IntegrationState.NOT;
    }
    if (commits.count(commit, target, "--merges") == 0 && patches.areIn(target, commit)) {
      return IntegrationState.PATCHES;
    }
    String files = commits.tree(commit);
    if (files.equals(commits.tree(base.get()))) {
      // What was done was undone again: that the target has the same files says nothing about it.
      return IntegrationState.NOT;
    }
    if (files.equals(commits.tree(target))) {
      return IntegrationState.SAME_TREE;
    }
    if (patches.areIn(target, squashed(files, base.get()))) {
      return IntegrationState.SQUASHED;
    }
    return mergeAddsNothing(commits, commit, target)
        ? IntegrationState.MERGE_ADDS_NOTHING
        : IntegrationState.NOT;
  }

  /** One commit with all of it; nothing leads to it, and git throws it away some day. */
  private String squashed(String files, String base) {
    Map<String, String> nobody =
        Map.of(
            "GIT_AUTHOR_NAME", "kugetsu",
            "GIT_AUTHOR_EMAIL", "kugetsu@localhost",
            "GIT_AUTHOR_DATE", "@0 +0000",
            "GIT_COMMITTER_NAME", "kugetsu",
            "GIT_COMMITTER_EMAIL", "kugetsu@localhost",
            "GIT_COMMITTER_DATE", "@0 +0000");
    return git.run(
            GitCommand.onRepository(
                    registry.common(), "commit-tree", "-m", "all of it", "-p", base, files)
                .with(nobody))
        .orThrow()
        .line();
  }

  private boolean mergeAddsNothing(Commits commits, String commit, String target) {
    try (Scratch scratch = Scratch.make()) {
      Merging merging = Merging.prepared(git, registry, scratch.path(), target);
      return merging.merge(target, commit, "a look").equals(commits.tree(target));
    } catch (Stop e) {
      return false; // it conflicts, so it would add something; or this git cannot tell
    } catch (IOException e) {
      throw new StorageException(registry.common(), "cannot be used: " + e, e);
    }
  }
}
