package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Created;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Makes worktrees. The directory and the branch are claimed, each by one atomic step that only one
 * can win, before {@code git worktree add} runs: of two racing for one directory git itself may
 * tell both that they won. What takes long, the checkout and the hook, happens outside the lock.
 */
record TreeCreation(Git git, LocalRepository repository, Registry registry, Path root) {
  private static final int TRIES = 8;
  private static final List<String> TAKEN =
      List.of("already checked out", "already used by worktree");

  Creation create(WorktreeRequest request) {
    Path common = repository.commonDirectory();
    BaseRef from =
        request.existing() ? BaseRef.ref("refs/heads/" + request.branch()) : request.base();
    BranchRules rules = new BranchRules(git, common);
    Optional<Refused> forbidden =
        request.existing() ? rules.form(request.branch()) : rules.check(request.branch());
    if (forbidden.isPresent()) {
      return forbidden.get();
    }
    Optional<String> base =
        new BaseCommit(git, repository.directory()).of(from, rules.remoteDefault());
    if (base.isEmpty()) {
      return BaseCommit.refusal(from);
    }
    Path realRoot = Roots.made(root);
    Place place = new Place(realRoot, request.name());
    TreeRecord record = new TreeRecord(request.name(), request.branch(), base.get());
    MadeSoFar made = new MadeSoFar(git, registry, new Trash(realRoot), place, record);
    Optional<Refused> refused;
    try {
      refused =
          register(made, request.existing()).or(() -> checkOut(made)).or(() -> complete(made));
    } catch (TimeoutException e) {
      return new Refused(Reason.REPOSITORY_BUSY, e.getMessage() + "; try again");
    } catch (RuntimeException | Error e) {
      made.undo().ifPresent(e::addSuppressed);
      throw e;
    }
    if (refused.isPresent()) {
      Refused answer = refused.get();
      return made.undo()
          .map(left -> new Refused(answer.reason(), answer.text() + "; left: " + left.getMessage()))
          .orElse(answer);
    }
    return new Created(
        new Worktree(record.name(), place.path(), record.branch(), record.base(), common));
  }

  private Optional<Refused> register(MadeSoFar made, boolean existing) throws TimeoutException {
    try (LockFile.Held held = registry.lock()) {
      made.clearAbandoned();
      return claimDirectory(made)
          .or(() -> existing ? Optional.empty() : claimBranch(made))
          .or(() -> addEntry(made));
    }
  }

  private Optional<Refused> claimDirectory(MadeSoFar made) {
    Path path = made.path();
    if (registry.at(path).isPresent()) {
      return Refusal.of(
          Reason.EXISTING_PATH,
          "git has a worktree registered at " + path + "; remove that or choose another name");
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

  private Optional<Refused> claimBranch(MadeSoFar made) {
    String branch = made.record().branch();
    String base = made.record().base();
    made.claimsBranch();
    GitResult result =
        git.runRetrying(
            GitCommand.onRepository(
                repository.commonDirectory(),
                "update-ref",
                "-m",
                made.message(),
                "refs/heads/" + branch,
                base,
                "0".repeat(base.length())));
    if (result.ok()) {
      made.madeBranch();
      return Optional.empty();
    }
    // Somebody may have made it since the rules were checked.
    Optional<Refused> refused;
    if (result.err().contains("reference already exists")) {
      refused = Optional.of(BranchRules.exists(branch));
    } else if (result.err().contains("; cannot create '")) {
      refused = Optional.of(BranchRules.conflicts(branch, "a branch that was made just now"));
    } else {
      refused = Refusal.byHook(result);
    }
    made.branchIsAnothers();
    return refused;
  }

  private Optional<Refused> addEntry(MadeSoFar made) {
    made.addsEntry();
    GitCommand add =
        GitCommand.onRepository(
            repository.commonDirectory(),
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
      GitResult result = git.run(add);
      if (result.ok()) {
        break;
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
    Path entry = entry(made);
    try {
      TreeRecord.writeMaker(entry);
      made.isRegistered();
      return Optional.empty();
    } catch (IOException e) {
      throw new StorageException(entry, "cannot be written: " + e, e);
    }
  }

  /** From here on the worktree is one of ours. */
  private Optional<Refused> complete(MadeSoFar made) {
    Path entry = entry(made);
    try {
      made.record().write(entry);
      return Optional.empty();
    } catch (IOException e) {
      throw new StorageException(entry, "cannot be written: " + e, e);
    }
  }

  private Path entry(MadeSoFar made) {
    return registry
        .at(made.path())
        .orElseThrow(() -> new StorageException(made.path(), "was not registered by git", null))
        .directory();
  }

  /** What {@code git worktree add} does behind the registration: the files, then the hook. */
  private Optional<Refused> checkOut(MadeSoFar made) {
    Path path = made.path();
    GitResult files =
        git.runRetrying(
            GitCommand.inTree(path, "reset", "--hard", "--quiet", "--no-recurse-submodules")
                .within(GitCommand.LONG));
    return Refusal.byHook(files).or(() -> hook(path, made.record().base()));
  }

  private Optional<Refused> hook(Path path, String base) {
    GitResult result =
        git.run(
            GitCommand.in(
                    path,
                    "hook",
                    "run",
                    "--ignore-missing",
                    "post-checkout",
                    "--",
                    "0".repeat(base.length()),
                    base,
                    "1")
                .within(GitCommand.LONG));
    return result.ok()
        ? Optional.empty()
        : Refusal.of(
            Reason.HOOK_FAILED,
            "the repository's hook 'post-checkout' ended with exit code "
                + result.exitCode()
                + ": "
                + result.err().strip());
  }
}
