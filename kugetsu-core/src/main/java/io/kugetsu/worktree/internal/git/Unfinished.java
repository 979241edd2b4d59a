package io.kugetsu.worktree.internal.git;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

  /**
   * These come with one of those, or hold work when they are left alone. REBASE_HEAD is none: git
   * leaves it behind when a rebase that had stopped is done.
   */
  private static final List<String> COMPANIONS = List.of("MERGE_AUTOSTASH", "BISECT_START");

  private Unfinished() {}

  /** Whether a file of that name there is a trace of it, or comes with one. */
  public static boolean isSignOfIt(String name) {
    return TRACES.contains(name) || COMPANIONS.contains(name);
  }

  /** Those that are there. */
  public static List<String> in(Path gitDirectory) {
    return Stream.concat(TRACES.stream(), COMPANIONS.stream())
        .filter(trace -> Files.exists(gitDirectory.resolve(trace), LinkOption.NOFOLLOW_LINKS))
        .toList();
  }
}
