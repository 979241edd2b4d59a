package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.Rescue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Takes a worktree's directory away, and then git's entry for it, each in one step, and both go
 * back as they were until the second is done. Git's own removal deletes the entry file by file, and
 * another git that looks at this moment stumbles over the half of it; as an entry is all that git
 * knows of a worktree, it is unregistered just as well by having its directory moved out. Nothing
 * else of git's is touched, least of all other entries.
 *
 * @param place where the directory is in between
 * @param entryPlace where the entry is
 * @param rescue what was saved
 */
record Takeaway(
    Registry registry, Located located, Path place, Path entryPlace, Optional<Rescue> rescue) {
  // The names that the record of what was begun has for them.
  static final String TREE = "tree";
  static final String PLACE = "place";
  static final String ENTRY = "entry";
  static final String ENTRY_PLACE = "entry-place";
  static final String STAMP = "stamp";
  static final String REF = "rescue";
  static final String COMMIT = "rescue-commit";

  static Takeaway of(Registry registry, Path realRoot, Located located, Optional<Rescue> rescue) {
    String name = located.record().name();
    return new Takeaway(
        registry,
        located,
        Trash.of(located.tree(), realRoot).place(name),
        entryTrash(registry).place(name),
        rescue);
  }

  static Trash entryTrash(Registry registry) {
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

  /**
   * The second step: git knows it no more. The directory goes back if that fails.
   *
   * @return what is left to be deleted, from now on by anybody
   */
  List<Path> takeEntry(Begun begun) {
    Path entry = located.entry().directory();
    try {
      Files.createDirectories(directory(entryPlace));
      Files.move(entry, entryPlace, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      StorageException failure =
          new StorageException(entry, "cannot be moved away and was left as it is: " + e, e);
      try {
        giveBack();
      } catch (IOException again) {
        failure.addSuppressed(again);
      }
      throw failure;
    }
    try {
      Path left = Trash.release(entryPlace);
      List<Path> all = located.missing() ? List.of(left) : List.of(left, Trash.release(place));
      begun.done();
      return all;
    } catch (IOException e) {
      throw new StorageException(place, "cannot be made ready for deletion: " + e, e);
    }
  }

  /** Undoes the first step. */
  void giveBack() throws IOException {
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      Trash.giveBack(place, located.tree());
    }
  }

  /** Whether nothing is done, or all is undone. */
  boolean isUndone() {
    return !Files.exists(place, LinkOption.NOFOLLOW_LINKS)
        && !Files.exists(entryPlace, LinkOption.NOFOLLOW_LINKS)
        && Files.exists(located.entry().directory());
  }

  private static Path directory(Path place) {
    return Objects.requireNonNull(place.getParent(), "a place is in a trash");
  }
}
