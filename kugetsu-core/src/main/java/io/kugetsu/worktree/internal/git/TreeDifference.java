package io.kugetsu.worktree.internal.git;

import io.kugetsu.worktree.internal.registry.Registry;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that differs between two commits.
 *
 * @param oldMode its mode in the one, all zeros if it is not there
 * @param newMode its mode in the other
 * @param oldId its content in the one
 * @param newId its content in the other
 * @param path where it is
 */
public record TreeDifference(
    String oldMode, String newMode, String oldId, String newId, String path) {
  private static final String ABSENT = "000000";
  private static final String SUBMODULE = "160000";

  public static List<TreeDifference> between(Git git, Registry registry, String one, String other) {
    List<String> parts = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "diff-tree",
                    "-r",
                    "-z",
                    "--raw",
                    "--no-abbrev",
                    "--no-renames",
                    one,
                    other,
                    "--")
                .within(GitCommand.LONG)
                .each('\0', parts::add))
        .orThrow();
    List<TreeDifference> differences = new ArrayList<>();
    for (int i = 0; i + 1 < parts.size(); i += 2) {
      String[] fields = parts.get(i).substring(1).split(" ");
      differences.add(
          new TreeDifference(fields[0], fields[1], fields[2], fields[3], parts.get(i + 1)));
    }
    return differences;
  }

  public boolean isAdded() {
    return oldMode.equals(ABSENT);
  }

  public boolean isRemoved() {
    return newMode.equals(ABSENT);
  }

  public boolean isSubmodule() {
    return oldMode.equals(SUBMODULE) || newMode.equals(SUBMODULE);
  }
}
