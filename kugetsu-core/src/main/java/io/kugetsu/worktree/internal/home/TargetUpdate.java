package io.kugetsu.worktree.internal.home;

import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.TreeDifference;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.IndexLock;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Moves a branch to a commit that is there already, by compare-and-swap. Where it is checked out,
 * the order is: git's lock on that index; the files, with an index of our own; the branch; that
 * index into the place of the other. The branch decides which of the two it is when any of that is
 * broken off.
 *
 * @param git marked as doing a part of what was begun
 * @param scratch a directory of our own
 */
record TargetUpdate(Git git, Registry registry, Begun begun, Path scratch) {
  static final String BRANCH = "branch";
  static final String OLD = "before";
  static final String NEW = "after";
  static final String DIRECTORY = "gitdir";
  static final String TOP = "top";

  private static final Duration LOCK_WAIT = Duration.ofSeconds(5);
  private static final Pattern LOST =
      Pattern.compile("but expected|unable to resolve reference|reference is missing");

  /**
   * Moves it. Unless it did, there is something to {@linkplain IntegrationSettler settle}.
   *
   * @param move from where to where
   * @param place where it is checked out
   * @return whether it moved; not, when it was no longer where it was to be moved from
   */
  boolean move(BranchMove move, Optional<CheckedOut> place) throws IOException, Stop {
    if (place.isPresent()) {
      return withFiles(move, place.get());
    }
    try (LockFile.Held held = registry.lock()) {
      return new TargetCheck(git, registry).place(move.branch()).isEmpty()
          && updateRef(GitCommand.onRepository(registry.common(), move.command()));
    } catch (TimeoutException e) {
      throw new Stop(Reason.REPOSITORY_BUSY, e.getMessage() + "; try again");
    }
  }

  private boolean withFiles(BranchMove move, CheckedOut checkout) throws IOException, Stop {
    begun.note(
        Map.of(
            BRANCH, move.branch(),
            OLD, move.before(),
            NEW, move.after(),
            DIRECTORY, checkout.gitDirectory().toString(),
            TOP, checkout.top().toString()));
    IndexLock lock = IndexLock.of(checkout, scratch, begun.id());
    TargetSettlement settlement = new TargetSettlement(git, registry, checkout, scratch);
    TargetCheck check = new TargetCheck(git, registry);
    if (!lock.take(lockWait())) {
      throw new Stop(
          Reason.TARGET_LOCKED,
          lock.file() + " is there: another git is at work in " + checkout.top());
    }
    // All that was looked at before could have changed until the lock was there.
    if (!check.place(move.branch()).equals(Optional.of(checkout))) {
      return false;
    }
    check.isClean(checkout);
    check.isFree(checkout, TreeDifference.between(git, registry, move.before(), move.after()));
    bringFiles(settlement, move);
    if (!updateRef(checkout.command(move.command()))) {
      return false;
    }
    settlement.install();
    lock.release();
    return true;
  }

  private Duration lockWait() {
    return registry.lockWait().compareTo(LOCK_WAIT) < 0 ? registry.lockWait() : LOCK_WAIT;
  }

  private void bringFiles(TargetSettlement settlement, BranchMove move) throws IOException, Stop {
    CheckedOut checkout = settlement.checkout();
    Path next = scratch.resolve(TargetSettlement.NEXT);
    Files.copy(
        checkout.index(),
        scratch.resolve(TargetSettlement.BEFORE),
        StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        checkout.index(),
        next,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    // Files that were only touched would count as changed; it fails for those that really are.
    git.run(settlement.onNext("update-index", "-q", "--refresh"));
    GitResult result =
        git.run(
            settlement.onNext(
                "read-tree", "-m", "-u", "--no-recurse-submodules", move.before(), move.after()));
    if (result.err().contains("would be overwritten") || result.err().contains("not uptodate")) {
      Files.delete(next); // it was refused before the first file was touched
      throw new Stop(
          Reason.DIRTY_TARGET,
          "files are changed in " + checkout.top() + ": " + result.err().strip(),
          List.of());
    }
    result.orThrow();
  }

  private boolean updateRef(GitCommand command) throws Stop {
    GitResult result = git.runRetrying(command);
    if (result.ok()) {
      return true;
    }
    if (result.err().contains("aborted by hook")) {
      throw new Stop(
          Reason.HOOK_FAILED,
          "the repository's hook 'reference-transaction' forbids it: " + result.err().strip());
    }
    if (LOST.matcher(result.err()).find()) {
      return false;
    }
    throw result.failure();
  }
}
