package io.kugetsu.worktree.internal.git;

import io.kugetsu.internal.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory for what a look needs on the way, in the place for what is temporary: nobody settles
 * what was only looked at.
 *
 * @param path the directory
 */
public record Scratch(Path path) implements AutoCloseable {
  public static Scratch make() throws IOException {
    Path path = Files.createTempDirectory("kugetsu-look-");
    return new Scratch(path.toRealPath());
  }

  @Override
  public void close() {
    Trees.delete(path);
  }
}
