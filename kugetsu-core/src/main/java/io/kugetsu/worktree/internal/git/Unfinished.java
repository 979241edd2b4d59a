package io.kugetsu.worktree.internal.git;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** What git leaves in its directory of a checkout while something is half done there. */
public final class Unfinished {
  private static final List<String> TRACES =
      List.of(
          "MERGE_HEAD",
          "CHERRY_PICK_HEAD",
          "REVERT_HEAD",
          "rebase-merge",
          "rebase-apply",
          "sequencer",
          "BISECT_LOG");

  private Unfinished() {}

  /** Those that are there. */
  public static List<String> in(Path gitDirectory) {
    return TRACES.stream()
        .filter(trace -> Files.exists(gitDirectory.resolve(trace), LinkOption.NOFOLLOW_LINKS))
        .toList();
  }
}
