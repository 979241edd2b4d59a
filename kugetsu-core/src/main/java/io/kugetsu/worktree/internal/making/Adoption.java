package io.kugetsu.worktree.internal.making;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Created;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.Adopted;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Roots;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Makes one of ours of a worktree that somebody else made. Nothing in its directory is touched. */
public record Adoption(Git git, LocalRepository repository, Registry registry, Path root) {
  private static final String BRANCHES = "refs/heads/";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  public Creation adopt(Path path) {
    Path tree;
    try {
      tree = path.toRealPath();
    } catch (IOException e) {
      return new Refused(Reason.NOT_A_WORKTREE, path + " cannot be found");
    }
    try (LockFile.Held held = registry.lock()) {
      Optional<Entry> entry = registry.at(tree);
      if (entry.isEmpty() || !entry.get().isLinkedFrom(tree)) {
        return new Refused(
            Reason.NOT_A_WORKTREE,
            tree + " is no linked worktree of " + registry.common() + "; was one of them moved?");
      }
      Path directory = entry.get().directory();
      Optional<TreeRecord> known = TreeRecord.read(directory);
      if (known.isPresent()) {
        Adopted.note(directory); // it may be below another root
        return created(tree, known.get());
      }
      return adopt(tree, entry.get());
    } catch (TimeoutException e) {
      return new Refused(Reason.REPOSITORY_BUSY, e.getMessage() + "; try again");
    } catch (IOException e) {
      throw new StorageException(tree, "cannot be adopted: " + e, e);
    }
  }

  private Creation adopt(Path tree, Entry entry) throws IOException {
    String name = name(tree);
    if (entry.isLockedByOthers(name)) {
      return new Refused(
          Reason.LOCKED_BY_OTHERS,
          tree + " is locked: " + entry.lockReason() + "; 'git worktree unlock' it first");
    }
    Optional<String> head = resolved(tree, "HEAD");
    if (head.isEmpty()) {
      return new Refused(Reason.UNBORN_HEAD, "the branch in " + tree + " has no commit yet");
    }
    GitResult branch = git.run(GitCommand.inTree(tree, "symbolic-ref", "--quiet", "HEAD"));
    if (!branch.ok() || !branch.line().startsWith(BRANCHES)) {
      return new Refused(
          Reason.NO_BRANCH, tree + " has no branch checked out; 'git switch' to one first");
    }
    TreeRecord record =
        new TreeRecord(
            name, branch.line().substring(BRANCHES.length()), base(tree).orElse(head.get()), false);
    Path directory = entry.directory();
    Map<String, String> fields = Map.of(AdoptionSettler.ENTRY, directory.toString());
    try (Begun begun = Begun.begin(registry, Begun.Kind.ADOPT, name, fields)) {
      Adopted.note(directory);
      record.write(directory); // from here on it is one of ours
      AdoptionSettler.settle(directory);
      begun.done();
    }
    return created(tree, record);
  }

  /** The directory's name where it is one for a worktree and free, otherwise one made from it. */
  private String name(Path tree) {
    String name = Names.forBranch(String.valueOf(tree.getFileName()));
    Path place = Roots.canonical(root).resolve(name);
    boolean free =
        (place.equals(tree) || !Files.exists(place)) && Adopted.named(registry, name).isEmpty();
    return free ? name : Names.forPath(tree);
  }

  /** Where its branch left what all start from: the commit that changes are measured from. */
  private Optional<String> base(Path tree) {
    return resolved(repository.directory(), "refs/remotes/origin/HEAD")
        .or(() -> resolved(repository.directory(), "HEAD"))
        .flatMap(
            main -> {
              GitResult base = git.run(GitCommand.inTree(tree, "merge-base", "HEAD", main));
              return Optional.of(base.line()).filter(id -> base.ok() && ID.matcher(id).matches());
            });
  }

  private Optional<String> resolved(Path directory, String name) {
    return new BaseCommit(git, directory).of(BaseRef.ref(name), Optional.empty());
  }

  private Created created(Path tree, TreeRecord record) {
    return new Created(
        new Worktree(record.name(), tree, record.branch(), record.base(), registry.common()));
  }
}
