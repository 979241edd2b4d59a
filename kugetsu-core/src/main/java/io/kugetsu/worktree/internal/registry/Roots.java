package io.kugetsu.worktree.internal.registry;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where worktrees are kept. */
public final class Roots {
  private Roots() {}

  /**
   * The root that is used when none is given.
   *
   * @return below {@code $KUGETSU_DIR} or the home
   */
  public static Path usual() {
    String directory = System.getenv("KUGETSU_DIR");
    Path base =
        directory == null || directory.isBlank()
            ? Path.of(System.getProperty("user.home"), ".kugetsu")
            : Path.of(directory);
    return base.resolve("worktrees");
  }

  /** The root without symbolic links, made if need be. */
  public static Path made(Path root) {
    try {
      return Files.createDirectories(canonical(root)).toRealPath();
    } catch (IOException e) {
      throw new StorageException(root, "cannot be made: " + e, e);
    }
  }

  /** The path without symbolic links; what of it is not there yet is taken as it is. */
  public static Path canonical(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path present = absolute;
    while (!Files.exists(present) && present.getParent() != null) {
      present = present.getParent();
    }
    try {
      return present.toRealPath().resolve(present.relativize(absolute)).normalize();
    } catch (IOException e) {
      throw new StorageException(path, "cannot be read: " + e, e);
    }
  }
}
