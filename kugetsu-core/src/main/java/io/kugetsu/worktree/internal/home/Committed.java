package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.Changes;
import io.kugetsu.worktree.Changes.Commit;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is between two commits. It never changes, so it may be kept.
 *
 * @param commits the newest of them
 * @param count how many there are
 */
record Committed(List<Commit> commits, int count, int files, long insertions, long deletions) {
  static final Committed NOTHING = new Committed(List.of(), 0, 0, 0, 0);

  Committed {
    commits = List.copyOf(commits);
  }

  static Committed read(Git git, Path tree, String base, String head) {
    Reading reading = new Reading();
    git.runRetrying(
            GitCommand.inTree(
                    tree,
                    "rev-list",
                    "--no-commit-header",
                    "--encoding=UTF-8",
                    "--format=%H %s",
                    base + ".." + head,
                    "--")
                .each('\n', reading::commit))
        .orThrow();
    git.runRetrying(
            GitCommand.inTree(
                    tree, "diff-tree", "-r", "-z", "--numstat", "--no-renames", base, head, "--")
                .within(GitCommand.LONG)
                .each('\0', reading::file))
        .orThrow();
    return new Committed(
        reading.commits, reading.count, reading.files, reading.insertions, reading.deletions);
  }

  private static final class Reading {
    private final List<Commit> commits = new ArrayList<>();
    private int count;
    private int files;
    private long insertions;
    private long deletions;

    private void commit(String line) {
      count++;
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
}
