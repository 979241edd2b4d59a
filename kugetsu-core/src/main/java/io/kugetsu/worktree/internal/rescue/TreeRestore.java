package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Restoration.Reason;
import io.kugetsu.worktree.Restoration.Refused;
import io.kugetsu.worktree.Restoration.Restored;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.Modes;
import io.kugetsu.worktree.internal.registry.Adopted;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Checkouts;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back worktrees from what was rescued of them. Directory and entry are made in full
 * somewhere else, and then each is moved to its place in one step, the entry first.
 */
public record TreeRestore(Git git, Registry registry, Path root) {
  // The names that the record of what was begun has for them.
  static final String TREE = "tree";
  static final String TREE_DRAFT = "tree-draft";
  static final String ENTRY = "entry";
  static final String ENTRY_DRAFT = "entry-draft";
  static final String MODE = "mode";
  static final String BRANCH = "branch";
  static final String HEAD = "head";

  private static final Logger LOG = LoggerFactory.getLogger(TreeRestore.class);
  private static final String DRAFTS = ".restoring";
  static final String DRAFTS_ELSEWHERE = ".kugetsu-restoring";
  private static final String LINK = ".git";
  private static final int OCTAL = 8;

  public Restoration restore(Rescue rescue) {
    RescueRefs refs = new RescueRefs(git, registry.common());
    if (!refs.has(rescue)) {
      return noSuch(rescue);
    }
    try {
      return restoreKept(rescue);
    } catch (GitException | StorageException e) {
      // It may have been given up while it was read.
      if (!refs.has(rescue)) {
        return noSuch(rescue);
      }
      throw e;
    }
  }

  private static Refused noSuch(Rescue rescue) {
    return new Refused(
        Reason.NO_SUCH_RESCUE, rescue.ref() + " is not there, or stands at another commit");
  }

  private Restoration restoreKept(Rescue rescue) {
    Path tree = rescue.path();
    Path realRoot = Roots.made(root);
    Manifest manifest;
    try {
      manifest = new RescueContents(git, registry.common()).manifest(rescue.commit());
    } catch (IOException e) {
      return new Refused(Reason.UNREADABLE, String.valueOf(e.getMessage()));
    }
    boolean inRoot = tree.equals(realRoot.resolve(rescue.name()));
    if (!inRoot && manifest.entry().stream().noneMatch(Adopted::isNote)) {
      return new Refused(
          Reason.EXISTING_PATH, "it was at " + tree + ", which is not below " + realRoot);
    }
    String unique = rescue.name() + "-" + UUID.randomUUID();
    Map<String, String> fields = new HashMap<>();
    Path drafts = inRoot ? realRoot.resolve(DRAFTS) : tree.resolveSibling(DRAFTS_ELSEWHERE);
    Path treeDraft = drafts.resolve(unique);
    Path entryDraft = registry.common().resolve("kugetsu").resolve("restoring").resolve(unique);
    fields.put(TREE, tree.toString());
    fields.put(TREE_DRAFT, treeDraft.toString());
    fields.put(ENTRY_DRAFT, entryDraft.toString());
    fields.put(MODE, Integer.toString(manifest.tree().get(0).mode(), OCTAL));
    try (Begun begun = Begun.begin(registry, Begun.Kind.RESTORE, rescue.name(), fields)) {
      try {
        makeDraft(treeDraft);
        AtomicFiles.createDirectories(directory(entryDraft));
        new Draft(treeDraft).fill(git, registry.common(), manifest.tree());
        new Draft(entryDraft).fill(git, registry.common(), manifest.entry());
        Modes.set(entryDraft, manifest.entry().get(0).mode());
        Restoration restoration = place(rescue, manifest, begun, treeDraft, entryDraft);
        if (restoration instanceof Refused) {
          undo(begun);
        }
        return restoration;
      } catch (TimeoutException e) {
        undo(begun);
        return new Refused(Reason.REPOSITORY_BUSY, e.getMessage() + "; try again");
      } catch (IOException e) {
        undo(begun);
        throw new StorageException(tree, "could not be restored: " + e.getMessage(), e);
      } catch (RuntimeException e) {
        undo(begun);
        throw e;
      }
    }
  }

  /** Under the lock, as others that come to their end take an empty directory of drafts away. */
  private void makeDraft(Path draft) throws IOException, TimeoutException {
    try (LockFile.Held held = registry.lock()) {
      DiskSteps.makeDirectories(draft);
    }
  }

  /** Has all of it at its place, or nothing. */
  private Restoration place(
      Rescue rescue, Manifest manifest, Begun begun, Path treeDraft, Path entryDraft)
      throws IOException, TimeoutException {
    Path tree = rescue.path();
    try (LockFile.Held held = registry.lock()) {
      if (registry.at(tree).isPresent()
          || Adopted.named(registry, rescue.name()).isPresent()
          || Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
        return new Refused(
            Reason.EXISTING_PATH, "something is at " + tree + "; move or remove it first");
      }
      // What leads to the repository of a submodule has the name of the entry in it.
      Path entry =
          manifest.hasModules()
              ? entries().resolve(manifest.entryName())
              : freeEntry(rescue.name());
      if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
        return new Refused(
            Reason.EXISTING_PATH,
            "git has another worktree in "
                + entry
                + ", which the submodules need; remove it first");
      }
      Optional<Refused> refused = claimBranch(rescue, begun);
      if (refused.isPresent()) {
        return refused.get();
      }
      begun.note(Map.of(ENTRY, entry.toString()));
      DiskSteps.write(entryDraft.resolve("gitdir"), tree.resolve(LINK) + "\n");
      DiskSteps.write(entryDraft.resolve("commondir"), "../..\n");
      DiskSteps.write(treeDraft.resolve(LINK), "gitdir: " + entry + "\n");
      DiskSteps.makeDirectories(directory(entry));
      DiskSteps.rename(entryDraft, entry);
      RestoreSettler.finish(begun);
    }
    begun.done();
    return new Restored(
        new Worktree(
            rescue.name(), tree, rescue.madeBranch(), rescue.baseCommit(), registry.common()));
  }

  private void undo(Begun begun) {
    boolean interrupted = Thread.interrupted();
    try (LockFile.Held held = registry.lock()) {
      new RestoreSettler().settle(begun, git, registry);
      begun.done();
    } catch (IOException | RuntimeException | TimeoutException e) {
      LOG.warn("{} could not be undone; the next opening does it", begun, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The branch is where it was and nobody else has it checked out. */
  private Optional<Refused> claimBranch(Rescue rescue, Begun begun) {
    if (rescue.branch().isEmpty()) {
      return Optional.empty();
    }
    String branch = rescue.branch().get();
    String ref = "refs/heads/" + branch;
    if (!new Checkouts(git, registry).using(ref).isEmpty()) {
      return Optional.of(
          new Refused(
              Reason.BRANCH_IN_USE, "the branch '" + branch + "' is checked out elsewhere"));
    }
    GitResult there =
        git.runRetrying(
            GitCommand.onRepository(registry.common(), "rev-parse", "--verify", "--quiet", ref));
    Optional<String> commit = there.ok() ? Optional.of(there.line()) : Optional.empty();
    if (commit.equals(rescue.head())) {
      return Optional.empty();
    }
    if (commit.isPresent()) {
      return Optional.of(
          new Refused(
              Reason.BRANCH_MOVED,
              "the branch '"
                  + branch
                  + "' is at "
                  + commit.get()
                  + " by now; move it back, or"
                  + " take what you need out of "
                  + rescue.ref()));
    }
    String head = rescue.head().orElseThrow();
    begun.note(Map.of(BRANCH, branch, HEAD, head));
    git.runRetrying(
            GitCommand.onRepository(
                registry.common(),
                "update-ref",
                "--create-reflog",
                "-m",
                RestoreSettler.message(begun),
                ref,
                head,
                "0".repeat(head.length())))
        .orThrow();
    return Optional.empty();
  }

  /** Where git keeps no other worktree. */
  private Path freeEntry(String name) {
    Path free = entries().resolve(name);
    for (int n = 1; Files.exists(free, LinkOption.NOFOLLOW_LINKS); n++) {
      free = entries().resolve(name + n);
    }
    return free;
  }

  private Path entries() {
    return registry.common().resolve("worktrees");
  }

  private static Path directory(Path path) {
    return Objects.requireNonNull(path.getParent(), "it is in a directory of ours");
  }
}
