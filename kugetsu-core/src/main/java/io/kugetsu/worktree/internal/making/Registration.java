package io.kugetsu.worktree.internal.making;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.internal.git.Collisions;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.Adopted;
import io.kugetsu.worktree.internal.registry.BranchRules;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Refusal;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.WholeEntry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Makes git know of a new worktree. The directory and the branch are claimed, each by one atomic
 * step that only one can win: of two racing for one directory git itself may tell both that they
 * won.
 *
 * @param made the worktree that is being made
 * @param existing whether its branch is there already
 */
record Registration(Registry registry, MadeSoFar made, boolean existing) {
  private static final int TRIES = 8;
  private static final List<String> TAKEN =
      List.of("already checked out", "already used by worktree");

  /**
   * Does it.
   *
   * @return why not, or empty when it is done
   * @throws TimeoutException when others kept the registry locked
   */
  Optional<Refused> register() throws TimeoutException {
    try (LockFile.Held held = registry.lock()) {
      return claimDirectory().or(this::claimBranch).or(this::addEntry);
    }
  }

  private Optional<Refused> claimDirectory() {
    Path path = made.path();
    if (registry.at(path).isPresent()) {
      return Refusal.of(
          Reason.EXISTING_PATH,
          "git has a worktree registered at " + path + "; remove that or choose another name");
    }
    Optional<Entry> adopted = Adopted.named(registry, made.record().name());
    if (adopted.isPresent()) {
      return Refusal.of(
          Reason.EXISTING_PATH,
          "the worktree at " + adopted.get().tree() + " has this name; choose another");
    }
    try {
      made.claimDirectory();
      return Optional.empty();
    } catch (FileAlreadyExistsException e) {
      return Refusal.of(
          Reason.EXISTING_PATH, "something is at " + path + " already; choose another name");
    } catch (IOException e) {
      throw new StorageException(path, "cannot be made: " + e, e);
    }
  }

  private Optional<Refused> claimBranch() {
    if (existing) {
      return Optional.empty();
    }
    String branch = made.record().branch();
    String base = made.record().base();
    GitResult result =
        made.git()
            .runRetrying(
                GitCommand.onRepository(
                    registry.common(),
                    "update-ref",
                    "--create-reflog",
                    "-m",
                    made.message(),
                    "refs/heads/" + branch,
                    base,
                    "0".repeat(base.length())));
    if (result.ok()) {
      return Optional.empty();
    }
    // Somebody may have made it since the rules were checked.
    if (result.err().contains("reference already exists")) {
      return Optional.of(BranchRules.exists(branch));
    }
    if (result.err().contains("; cannot create '")) {
      return Optional.of(BranchRules.conflicts(branch, "a branch that was made just now"));
    }
    return Refusal.byHook(result);
  }

  private Optional<Refused> addEntry() {
    WholeEntry whole = new WholeEntry(registry, made.id());
    try {
      // Whether an existing branch is checked out somewhere, git itself knows best.
      if (existing || !whole.mayBeMade()) {
        Optional<Refused> refused = haveGitAdd();
        if (refused.isPresent()) {
          return refused;
        }
      } else {
        whole.make(made.path(), made.record().name(), made.record().branch());
      }
      made.isRegistered();
      return Optional.empty();
    } catch (IOException e) {
      throw new StorageException(made.path(), "cannot be registered with git: " + e, e);
    }
  }

  private Optional<Refused> haveGitAdd() {
    GitCommand add =
        GitCommand.onRepository(
            registry.common(),
            "worktree",
            "add",
            "--quiet",
            "--no-checkout",
            "--lock",
            "--reason",
            Entry.reasonFor(made.record().name()),
            "--",
            made.path().toString(),
            made.record().branch());
    for (int attempt = 1; ; attempt++) {
      GitResult result = made.git().run(add);
      if (result.ok()) {
        return Optional.empty();
      }
      if (TAKEN.stream().anyMatch(result.err()::contains)) {
        return Optional.of(BranchRules.exists(made.record().branch()));
      }
      if (attempt == TRIES || !Collisions.isOne(result)) {
        return Refusal.byHook(result);
      }
      // The try may have half succeeded; what it left would be in the way of the next.
      made.startOver();
      Collisions.pause(attempt);
    }
  }
}
