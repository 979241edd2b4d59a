package io.kugetsu.worktree.internal.removal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Located;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Trash;
import io.kugetsu.worktree.internal.rescue.RescueRefs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a worktree's directory away, and then git's entry for it, each in one step, and both go
 * back as they were until the second is done. Git's own removal deletes the entry file by file, and
 * another git that looks at this moment stumbles over the half of it; as an entry is all that git
 * knows of a worktree, it is unregistered just as well by having its directory moved out. Nothing
 * else of git's is touched, least of all other entries.
 *
 * @param place where the directory is in between
 * @param entryPlace where the entry is
 * @param integratedInto the branch that must have all of its branch's work for that to go too
 * @param rescue what was saved
 */
public record Takeaway(
    Registry registry,
    Located located,
    Path place,
    Path entryPlace,
    Optional<String> integratedInto,
    Optional<Rescue> rescue) {
  /**
   * It is gone.
   *
   * @param left what is left to be deleted, from now on by anybody
   * @param branchStays why the branch was not deleted although it was to be
   */
  record Taken(List<Path> left, Optional<String> branchStays) {}

  private static final Logger LOG = LoggerFactory.getLogger(Takeaway.class);

  // The names that the record of what was begun has for them.
  static final String TREE = "tree";
  static final String PLACE = "place";
  static final String ENTRY = "entry";
  static final String ENTRY_PLACE = "entry-place";
  static final String STAMP = "stamp";
  static final String REF = "rescue";
  static final String INTO = "integrated-into";
  static final String COMMIT = "rescue-commit";

  static Takeaway of(
      Registry registry,
      Path realRoot,
      Located located,
      RemovalRequest request,
      Optional<Rescue> rescue) {
    String name = located.record().name();
    return new Takeaway(
        registry,
        located,
        Trash.of(located.tree(), realRoot).place(name),
        entryTrash(registry).place(name),
        request.integratedInto(),
        rescue);
  }

  public static Trash entryTrash(Registry registry) {
    return new Trash(registry.common().resolve("kugetsu").resolve("trash"));
  }

  /** Records that it is begun. */
  Begun begin() {
    Map<String, String> fields = new HashMap<>();
    fields.put(TREE, located.tree().toString());
    fields.put(PLACE, place.toString());
    fields.put(ENTRY, located.entry().directory().toString());
    fields.put(ENTRY_PLACE, entryPlace.toString());
    fields.put(STAMP, located.entry().stamp());
    integratedInto.ifPresent(into -> fields.put(INTO, into));
    rescue.ifPresent(
        saved -> {
          fields.put(REF, saved.ref());
          fields.put(COMMIT, saved.commit());
        });
    return Begun.begin(registry, Begun.Kind.REMOVE, located.record().name(), fields);
  }

  /** The first step: nobody finds the directory any more. */
  void takeTree() {
    if (located.missing()) {
      return;
    }
    try {
      new Trash(directory(place)).take(located.tree(), place);
    } catch (IOException e) {
      throw new StorageException(
          located.tree(), "cannot be moved away and was left as it is: " + e, e);
    }
  }

  /** The second step: git knows it no more. */
  Taken takeEntry(Begun begun, Git git) {
    Path entry = located.entry().directory();
    try {
      DiskSteps.makeDirectories(directory(entryPlace));
      DiskSteps.rename(entry, entryPlace);
    } catch (IOException e) {
      throw new StorageException(entry, "cannot be moved away and was left as it is: " + e, e);
    }
    // From here on it is gone, and whatever fails is left to the next opening.
    try {
      Optional<String> branchStays =
          integratedInto.flatMap(
              into ->
                  new BranchDeletion(begun.marked(git), registry)
                      .deleteIfIntegrated(located.record(), into));
      List<Path> left = new ArrayList<>();
      if (!located.missing()) {
        left.add(Trash.release(place));
      }
      // The last step: as long as it is there, it is certain that the directory may go.
      left.add(Trash.release(entryPlace));
      begun.done();
      return new Taken(left, branchStays);
    } catch (IOException e) {
      throw new StorageException(place, "cannot be made ready for deletion: " + e, e);
    }
  }

  /** Undoes the first step. */
  void giveBack() throws IOException {
    if (exists(place)) {
      Trash.giveBack(place, located.tree());
    }
  }

  /**
   * Undoes all of it if it did not come as far as to the second step, whatever interrupts; what was
   * saved is given up, for the worktree is still there, unless somebody else has removed that. What
   * fails is left to the next opening.
   */
  void giveUp(Begun begun, Git git) {
    boolean interrupted = Thread.interrupted();
    try {
      RescueRefs refs = new RescueRefs(git, registry.common());
      if (isStillThere()) {
        giveBack();
        rescue.ifPresent(saved -> refs.delete(saved.ref(), saved.commit()));
      } else if (exists(entryPlace) || exists(place)) {
        return;
      } else if (rescue.isPresent()) {
        // It may be all that is left of the worktree. One at a time, so that one of two stays.
        try (LockFile.Held held = registry.lock()) {
          refs.deleteIfTwice(rescue.get());
        }
      }
      begun.done();
    } catch (IOException | RuntimeException | TimeoutException e) {
      LOG.warn("{} is not removed, and something is left to the next opening", located.tree(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isStillThere() throws IOException {
    Path entry = located.entry().directory();
    return !exists(entryPlace)
        && exists(entry)
        && Entry.read(entry).stamp().equals(located.entry().stamp());
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static Path directory(Path place) {
    return Objects.requireNonNull(place.getParent(), "a place is in a trash");
  }
}
