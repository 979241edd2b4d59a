package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.internal.git.Commits;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.IndexLock;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the move of a branch that is checked out, wherever it was broken off. Whether the branch has
 * moved decides: if so the files and the index follow, otherwise they go back to what they were.
 *
 * @param scratch the directory of the integration, with the two indexes
 */
public record TargetSettlement(Git git, Registry registry, CheckedOut checkout, Path scratch) {
  /** The index as it was, and what is to become the next one. */
  public static final String BEFORE = "index.before";

  static final String NEXT = "index.next";

  private static final Logger LOG = LoggerFactory.getLogger(TargetSettlement.class);

  /**
   * Ends it. It may be cut off at any step, and called again.
   *
   * @param wait for the lock, should it no longer be ours
   */
  void settle(IndexLock lock, BranchMove move, Duration wait) throws IOException {
    Path next = scratch.resolve(NEXT);
    if (!Files.exists(next)) {
      lock.release(); // no file was touched, or all is in its place
      return;
    }
    if (!lock.isOurs() && !lock.take(wait)) {
      throw new IOException(lock.file() + " is somebody else's");
    }
    Commits commits = new Commits(git, registry);
    Optional<String> now = commits.branch(move.branch());
    boolean moved = now.isPresent() && commits.isAncestor(move.after(), now.get());
    String wanted = moved ? move.after() : move.before();
    List<String> kept = new ArrayList<>();
    if (Files.mismatch(checkout.index(), scratch.resolve(BEFORE)) >= 0) {
      kept.add("everything, as the index was changed meanwhile");
    } else {
      String other = moved ? move.before() : move.after();
      kept.addAll(new FilesTo(git, registry, checkout, scratch, wanted, other).bring());
      if (moved) {
        makeNext(next, move);
        install();
      }
    }
    if (!kept.isEmpty()) {
      LOG.warn("of {} this is not as {} has it: {}", checkout.top(), wanted, kept);
    }
    Files.deleteIfExists(next);
    lock.release();
  }

  /** From the index that was, with what the owner had noted in it. */
  private void makeNext(Path next, BranchMove move) throws IOException {
    Files.deleteIfExists(next.resolveSibling(NEXT + ".lock"));
    Files.copy(scratch.resolve(BEFORE), next, StandardCopyOption.REPLACE_EXISTING);
    git.run(onNext("read-tree", "-i", "-m", "--no-recurse-submodules", move.before(), move.after()))
        .orThrow();
    git.run(onNext("update-index", "-q", "--refresh"));
  }

  GitCommand onNext(String... arguments) {
    return checkout
        .command(arguments)
        .with("GIT_INDEX_FILE", scratch.resolve(NEXT).toString())
        .within(GitCommand.LONG);
  }

  /** Puts the next index into its place, in one step. */
  void install() throws IOException {
    Files.move(scratch.resolve(NEXT), checkout.index(), StandardCopyOption.ATOMIC_MOVE);
  }
}
