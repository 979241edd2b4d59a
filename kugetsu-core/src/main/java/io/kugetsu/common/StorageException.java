package io.kugetsu.common;

import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory of kugetsu's own could not be read or written. What was asked for did not
 * happen, unless the message says otherwise; nothing that was there before is lost.
 */
public final class StorageException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String path;

  /**
   * Makes one.
   *
   * @param path the file or directory
   * @param problem what was wrong with it, and what to do
   * @param cause what it came from, or null
   */
  public StorageException(Path path, String problem, @Nullable Throwable cause) {
    super(path + ": " + problem, cause);
    this.path = path.toString();
  }

  /** {@return the file or directory it is about} */
  public Path path() {
    return Path.of(path);
  }
}
