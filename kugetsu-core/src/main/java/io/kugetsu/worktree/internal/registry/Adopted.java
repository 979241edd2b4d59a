package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.worktree.internal.rescue.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A note in git's entry for a worktree that it is one of ours wherever it is. Those that were made
 * here have none: they are ours at their place below the root.
 */
public final class Adopted {
  private static final String NOTE = "kugetsu.adopted";

  private Adopted() {}

  public static void note(Path entry) throws IOException {
    DiskSteps.write(entry.resolve(NOTE), "");
  }

  /** Takes the note back. */
  public static void forget(Path entry) throws IOException {
    DiskSteps.delete(entry.resolve(NOTE));
  }

  public static boolean isNoted(Path entry) {
    return Files.exists(entry.resolve(NOTE), LinkOption.NOFOLLOW_LINKS);
  }

  /** The one of this name, if there is one. */
  public static Optional<Entry> named(Registry registry, String name) {
    return registry.entriesWhere(Adopted::isNoted).stream()
        .filter(
            entry ->
                TreeRecord.read(entry.directory())
                    .filter(record -> record.name().equals(name))
                    .isPresent())
        .findFirst();
  }

  /** Whether a part of what was rescued is such a note. */
  public static boolean isNote(Manifest.Part part) {
    return part.raw().equals(NOTE);
  }
}
