package io.kugetsu.task;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a task has written so far. Taking one changes nothing and never waits.
 *
 * @param size how many bytes it has written
 * @param preview the end of it, secrets masked; never begins or ends within a character
 * @param truncated whether there is more than the preview
 * @param file the file that holds all of it, not masked and for its owner only; empty when there is
 *     none, since it is in memory or nothing was written
 * @param complete whether all of it can still be read; false when the beginning of what is in
 *     memory was dropped
 */
public record OutputSnapshot(
    long size, String preview, boolean truncated, Optional<Path> file, boolean complete) {
  /** How long a preview is at most: 32 KiB. */
  public static final int PREVIEW = 32 << 10;
}
