package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.internal.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one call has made on its way to a worktree, and how all of it, and nothing else, is taken
 * away again. For one thread.
 */
final class MadeSoFar {
  private static final Logger LOG = LoggerFactory.getLogger(MadeSoFar.class);

  private final Git git;
  private final Registry registry;
  private final Trash trash;
  private final Place place;
  private final Path path;
  private final TreeRecord record;
  private final List<Path> trashed = new ArrayList<>();
  private boolean directory;
  private Claim branch = Claim.NONE;
  // The entries that were there before ours; null as long as there is none of ours.
  private @Nullable Set<Path> others;

  MadeSoFar(Git git, Registry registry, Trash trash, Place place, TreeRecord record) {
    this.git = git;
    this.registry = registry;
    this.trash = trash;
    this.place = place;
    this.path = place.path();
    this.record = record;
  }

  Path path() {
    return path;
  }

  TreeRecord record() {
    return record;
  }

  /** Claims the place, and nothing else may be there. */
  void claimDirectory() throws IOException {
    place.claim();
    directory = true;
  }

  /** Git knows of it, and its entry tells who makes it. */
  void isRegistered() throws IOException {
    place.noteNoMore();
  }

  /** To be called right before git is asked to make the branch. */
  void claimsBranch() {
    branch = Claim.UNSURE;
  }

  void madeBranch() {
    branch = Claim.MADE;
  }

  void branchIsAnothers() {
    branch = Claim.NONE;
  }

  /** What the branch's log says of its making. */
  String message() {
    return "branch: Created for kugetsu's worktree " + record.name();
  }

  /** To be called right before git is asked to make the entry. */
  void addsEntry() {
    others = registry.directories();
  }

  /**
   * Takes away what a call that died left at this place, so that it is not in the way for ever. The
   * registry is locked.
   */
  void clearAbandoned() {
    try {
      for (Entry entry : registry.entries()) {
        boolean here = entry.isAt(path) || (entry.tree() == null && isOurs(entry));
        if (here
            && Entry.reasonFor(record.name()).equals(entry.lockReason())
            && TreeRecord.isAbandoned(entry.directory())) {
          LOG.warn("{} was left half made by a program that died; it is made anew", path);
          others = new HashSet<>(registry.directories());
          others.remove(entry.directory());
          directory = entry.isAt(path);
          takeDirectory();
          dropEntry();
          others = null;
          deleteTrash();
        }
      }
    } catch (IOException e) {
      throw new StorageException(path, "cannot be cleared: " + e, e);
    }
  }

  /** Back to where only the directory and the branch are claimed. The registry is locked. */
  void startOver() {
    try {
      takeDirectory();
      dropEntry();
      deleteTrash();
      Files.createDirectory(path);
      directory = true;
    } catch (IOException e) {
      throw new StorageException(path, "cannot be made anew: " + e, e);
    }
  }

  /**
   * Takes everything away, whatever interrupts; one thing that fails does not keep the others.
   *
   * @return what is left and why, or empty when nothing is
   */
  Optional<Exception> undo() {
    boolean interrupted = Thread.interrupted();
    List<Exception> failures = new ArrayList<>();
    try {
      if (directory || branch != Claim.NONE || others != null) {
        try (LockFile.Held held = registry.lock()) {
          attempt(this::takeDirectory, failures);
          attempt(this::dropEntry, failures);
          attempt(this::dropBranch, failures);
          attempt(place::noteNoMore, failures);
        } catch (TimeoutException e) {
          failures.add(e);
        }
        deleteTrash();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    for (Exception failure : failures) {
      LOG.warn("of {}, which was not made, something is left: {}", path, failure.toString());
    }
    return failures.stream().findFirst();
  }

  private void takeDirectory() throws IOException {
    if (directory && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      trashed.add(trash.take(path));
    }
    directory = false;
  }

  private void deleteTrash() {
    trashed.forEach(Trees::delete);
    trashed.clear();
  }

  /** With the directory away git clears just the entry, half made or not. */
  private void dropEntry() throws IOException {
    Set<Path> before = others;
    if (before == null) {
      return;
    }
    for (Entry entry : registry.entries()) {
      if (before.contains(entry.directory())) {
        continue;
      }
      if (entry.isAt(path)) {
        git.runRetrying(
                GitCommand.onRepository(
                    registry.common(),
                    "worktree",
                    "remove",
                    "--force",
                    "--force",
                    "--",
                    path.toString()))
            .orThrow();
      } else if (entry.tree() == null && isOurs(entry)) {
        // Git was killed before it wrote where the worktree is, and knows nothing of it.
        Trees.delete(entry.directory());
      }
    }
  }

  /** The reason is the first thing that git writes, so also what was made by half has it. */
  private boolean isOurs(Entry entry) {
    return entry.lockReason() != null
        && !entry.isLockedByOthers(record.name())
        && entry.directory().getFileName().toString().startsWith(record.name());
  }

  private void dropBranch() {
    String ref = "refs/heads/" + record.branch();
    if (branch == Claim.NONE || (branch == Claim.UNSURE && !isLoggedAsOurs(ref))) {
      return;
    }
    git.runRetrying(
            GitCommand.onRepository(registry.common(), "update-ref", "-d", ref, record.base()))
        .orThrow();
  }

  /** Git was ended while it made the branch; had somebody else made it, the log would differ. */
  private boolean isLoggedAsOurs(String ref) {
    GitResult log =
        git.runRetrying(
            GitCommand.onRepository(
                registry.common(), "reflog", "show", "--format=%gs", ref, "--"));
    return log.ok() && log.line().equals(message());
  }

  private static void attempt(Step step, List<Exception> failures) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      failures.add(e);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private enum Claim {
    NONE,
    UNSURE,
    MADE
  }
}
