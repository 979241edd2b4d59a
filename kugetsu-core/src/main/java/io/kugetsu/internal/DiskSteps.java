package io.kugetsu.internal;

import io.kugetsu.internal.FaultPoints.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Single steps on the disk for files that others read too, git's for example: with the permissions
 * that the user's own programs give, and not forced to the disk. A program may be killed between
 * any two of them.
 */
public final class DiskSteps {
  private DiskSteps() {}

  /**
   * Writes a file; a kill may leave half of it.
   *
   * @param file the file; its directory exists
   * @param text what is in it afterwards
   * @throws IOException when it cannot be written
   */
  public static void write(Path file, String text) throws IOException {
    FaultPoints.before(Step.WRITE, file);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Uninterrupted.call(() -> Files.write(file, bytes));
  }

  /**
   * Makes a directory, which must not be there.
   *
   * @param directory the directory
   * @throws IOException when it cannot be made, or is there
   */
  public static void makeDirectory(Path directory) throws IOException {
    FaultPoints.before(Step.MAKE_DIRECTORY, directory);
    Files.createDirectory(directory);
  }

  /**
   * Makes a directory and what is missing above it.
   *
   * @param directory the directory
   * @throws IOException when it cannot be made
   */
  public static void makeDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      FaultPoints.before(Step.MAKE_DIRECTORY, directory);
      Files.createDirectories(directory);
    }
  }

  /**
   * Renames a file over another, or a directory to where there is none or an empty one.
   *
   * @param from what is renamed
   * @param to its new name, on the same file system
   * @throws IOException when it cannot be renamed
   */
  public static void rename(Path from, Path to) throws IOException {
    FaultPoints.before(Step.RENAME, to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Deletes a file, or an empty directory.
   *
   * @param file what is deleted; nothing need be there
   * @throws IOException when it cannot be deleted
   */
  public static void delete(Path file) throws IOException {
    FaultPoints.before(Step.UNLINK, file);
    Files.deleteIfExists(file);
  }
}
