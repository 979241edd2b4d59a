package io.kugetsu.worktree.internal;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where directories go before they are deleted. Renaming takes a worktree away in one step, also
 * from under a process that still writes into it, so there never is half a worktree.
 *
 * @param root the root of the worktrees, with which it shares the file system
 */
record Trash(Path root) {
  private static final String DIRECTORY = ".trash";

  /**
   * Takes a directory away.
   *
   * @return where it is now
   */
  Path take(Path directory) throws IOException {
    Path trash = root.resolve(DIRECTORY);
    Files.createDirectories(trash);
    for (int n = 1; ; n++) {
      Path place = trash.resolve(directory.getFileName() + "-" + n);
      if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        // A directory that may not be written cannot be moved elsewhere either.
        Trees.makeUsable(directory);
        Files.move(directory, place, StandardCopyOption.ATOMIC_MOVE);
        return place;
      }
    }
  }

  /** Takes a directory away to a place of a name that nothing else has. */
  Path take(Path directory, String as) throws IOException {
    Path place = placeOf(as);
    DiskSteps.makeDirectories(place.getParent());
    Trees.makeUsable(directory);
    DiskSteps.rename(directory, place);
    return place;
  }

  /** Where a directory is once it was taken away under that name. */
  Path placeOf(String as) {
    return root.resolve(DIRECTORY).resolve(as);
  }

  /** Puts a directory back that was taken. */
  void giveBack(Path place, Path directory) throws IOException {
    Files.move(place, directory, StandardCopyOption.ATOMIC_MOVE);
  }
}
