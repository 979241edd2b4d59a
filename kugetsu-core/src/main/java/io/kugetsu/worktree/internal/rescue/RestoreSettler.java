package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.Modes;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Checkouts;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Ends a restoration that was cut off: once the entry is at its place the directory follows, else
 * nothing of it stays. What was rescued is there in any case.
 */
public final class RestoreSettler implements Settler {
  private static final int OCTAL = 8;

  @Override
  public Begun.Kind kind() {
    return Begun.Kind.RESTORE;
  }

  @Override
  public void settle(Begun begun, Git git, Registry registry) throws IOException {
    Path tree = path(begun, TreeRestore.TREE);
    Optional<Path> entry = begun.field(TreeRestore.ENTRY).map(Path::of);
    if (entry.isPresent()
        && !exists(path(begun, TreeRestore.ENTRY_DRAFT))
        && exists(entry.get())
        && Entry.read(entry.get()).isAt(tree)) {
      finish(begun);
      return;
    }
    Trees.delete(path(begun, TreeRestore.TREE_DRAFT));
    tidy(path(begun, TreeRestore.TREE_DRAFT));
    Trees.delete(path(begun, TreeRestore.ENTRY_DRAFT));
    Optional<String> branch = begun.field(TreeRestore.BRANCH);
    Optional<String> head = begun.field(TreeRestore.HEAD);
    if (branch.isPresent() && head.isPresent() && isOurs(branch.get(), begun, git, registry)) {
      // Fails when somebody has moved it since, and then it is theirs.
      git.runRetrying(
          GitCommand.onRepository(
              registry.common(), "update-ref", "-d", "refs/heads/" + branch.get(), head.get()));
    }
  }

  /** What the branch's log says when it was made again; nobody else's says the same. */
  static String message(Begun begun) {
    return "branch: Restored with kugetsu's worktree " + begun.name() + " (" + begun.id() + ")";
  }

  /** Whether the branch was made by this restoration, and nobody took it into use. */
  private static boolean isOurs(String branch, Begun begun, Git git, Registry registry) {
    String ref = "refs/heads/" + branch;
    GitResult log =
        git.runRetrying(
            GitCommand.onRepository(
                registry.common(), "reflog", "show", "--format=%gs", ref, "--"));
    return log.ok()
        && log.out().strip().equals(message(begun))
        && new Checkouts(git, registry).using(ref).isEmpty();
  }

  /** The last step: the entry is at its place already. */
  static void finish(Begun begun) throws IOException {
    Path tree = path(begun, TreeRestore.TREE);
    Path draft = path(begun, TreeRestore.TREE_DRAFT);
    if (exists(draft)) {
      if (exists(tree)) {
        throw new IOException("something is at " + tree + "; what was restored is in " + draft);
      }
      DiskSteps.rename(draft, tree);
      tidy(draft);
    }
    if (exists(tree)) {
      Modes.set(tree, Integer.parseInt(begun.field(TreeRestore.MODE).orElseThrow(), OCTAL));
    }
  }

  /** Beside a worktree that is not below a root nothing of ours stays. */
  private static void tidy(Path draft) throws IOException {
    Path directory = draft.getParent();
    if (directory != null && directory.endsWith(TreeRestore.DRAFTS_ELSEWHERE)) {
      try {
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException e) {
        return; // another one is being restored there
      }
    }
  }

  private static Path path(Begun begun, String field) throws IOException {
    return Path.of(
        begun.field(field).orElseThrow(() -> new IOException(begun + " has no " + field)));
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
