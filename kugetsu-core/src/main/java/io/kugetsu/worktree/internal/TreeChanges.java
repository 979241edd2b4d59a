package io.kugetsu.worktree.internal;

import io.kugetsu.worktree.Changes;
import io.kugetsu.worktree.Changes.Commit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts what was done in a worktree. For one use. */
final class TreeChanges {
  private final List<Commit> commits = new ArrayList<>();
  private int commitCount;
  private int files;
  private long insertions;
  private long deletions;
  private int uncommitted;

  static Changes of(Git git, Path tree, String base) {
    TreeChanges changes = new TreeChanges();
    changes.read(git, tree, base);
    return new Changes(
        changes.commits,
        changes.commitCount,
        changes.files,
        changes.insertions,
        changes.deletions,
        changes.uncommitted);
  }

  private void read(Git git, Path tree, String base) {
    TreeStatus status = TreeStatus.read(git, tree, false, (kind, path) -> uncommitted++);
    String head = status.head().orElse(base);
    if (head.equals(base)) {
      return;
    }
    git.runRetrying(
            GitCommand.inTree(
                    tree,
                    "rev-list",
                    "--no-commit-header",
                    "--encoding=UTF-8",
                    "--format=%H %s",
                    base + ".." + head,
                    "--")
                .each('\n', this::commit))
        .orThrow();
    git.runRetrying(
            GitCommand.inTree(
                    tree, "diff-tree", "-r", "-z", "--numstat", "--no-renames", base, head, "--")
                .within(GitCommand.LONG)
                .each('\0', this::file))
        .orThrow();
  }

  private void commit(String line) {
    commitCount++;
    if (commits.size() < Changes.MAX_COMMITS) {
      int space = line.indexOf(' ');
      commits.add(new Commit(line.substring(0, space), line.substring(space + 1)));
    }
  }

  /** Insertions, deletions and path, with tabs between; dashes for what has no lines. */
  private void file(String line) {
    String[] fields = line.split("\t", 3);
    files++;
    insertions += fields[0].equals("-") ? 0 : Long.parseLong(fields[0]);
    deletions += fields[1].equals("-") ? 0 : Long.parseLong(fields[1]);
  }
}
