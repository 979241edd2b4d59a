package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import java.io.Serial;
import java.nio.file.Path;

/** A record says something this version does not know. Never leaves the package. */
final class NewerFormatException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;

  NewerFormatException(Path file, String what) {
    super(what);
    this.file = file.toString();
  }

  StorageException refusal() {
    return new StorageException(
        Path.of(file),
        "was written by a newer version of kugetsu ("
            + getMessage()
            + "); it was left as it is; use that version for it",
        null);
  }
}
