package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.rescue.Manifest.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes symbolic links that lead exactly where they led, byte for byte. Java tidies what a link
 * says up, {@code dir/} to {@code dir}, and takes texts only; git does neither.
 *
 * @param directory in which they are made
 */
public record ExactLinks(Git git, Path common, Path directory) {
  private static final int FIRST_FOREIGN = 0x80;

  /** Whether Java would not make the link as it is. */
  public static boolean isNeeded(String target) {
    return target.endsWith("/")
        || target.contains("//")
        || target.chars().anyMatch(c -> c >= FIRST_FOREIGN);
  }

  /** Makes them, in directories that are there. */
  public void make(List<Part> links) throws IOException {
    if (links.isEmpty()) {
      return;
    }
    Path index = Files.createTempFile(directory.getParent(), "links", ".index");
    Files.delete(index);
    try {
      StringBuilder lines = new StringBuilder();
      // Numbers for names, as git does not take every name.
      for (int n = 0; n < links.size(); n++) {
        lines.append("120000 ").append(links.get(n).id()).append(" 0\t").append(n).append('\0');
      }
      Path made = Files.createTempDirectory(directory.getParent(), "links");
      byte[] input = lines.toString().getBytes(StandardCharsets.US_ASCII);
      run(
          index,
          made,
          GitCommand.onRepository(common, "update-index", "-z", "--index-info")
              .reading(stream -> stream.write(input)));
      run(
          index,
          made,
          GitCommand.onRepository(common, "-c", "core.symlinks=true", "checkout-index", "--all"));
      for (int n = 0; n < links.size(); n++) {
        Files.move(made.resolve(Integer.toString(n)), RawPath.in(directory, links.get(n).raw()));
      }
      Files.delete(made);
    } finally {
      Files.deleteIfExists(index);
    }
  }

  private void run(Path index, Path made, GitCommand command) {
    git.run(command.with("GIT_INDEX_FILE", index.toString()).with("GIT_WORK_TREE", made.toString()))
        .orThrow();
  }
}
