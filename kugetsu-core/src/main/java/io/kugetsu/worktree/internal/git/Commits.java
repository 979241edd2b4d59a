package io.kugetsu.worktree.internal.git;

import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Questions about the commits of a repository. */
public record Commits(Git git, Registry registry) {
  private static final String BRANCHES = "refs/heads/";
  private static final int NOT_SO = 1;

  /**
   * A commit with what is needed to make it anew somewhere else.
   *
   * @param parent its only parent, or empty for a first one
   * @param date of the author, as git takes it
   */
  public record Commit(
      String id,
      String tree,
      String parent,
      String author,
      String address,
      String date,
      String message) {}

  /** Where a branch stands; empty when there is none of this very name. */
  public Optional<String> branch(String branch) {
    GitResult found =
        git.runRetrying(
            GitCommand.onRepository(
                registry.common(),
                "for-each-ref",
                "--format=%(objectname) %(symref) %(refname)",
                BRANCHES + branch));
    String end = "  " + BRANCHES + branch;
    return found
        .orThrow()
        .out()
        .lines()
        .filter(line -> line.endsWith(end))
        .map(line -> line.substring(0, line.length() - end.length()))
        .filter(BaseCommit::isId)
        .findFirst();
  }

  public boolean isAncestor(String ancestor, String of) {
    GitResult result =
        git.runRetrying(
            GitCommand.onRepository(
                registry.common(), "merge-base", "--is-ancestor", ancestor, of));
    if (result.exitCode() != NOT_SO) {
      result.orThrow();
    }
    return result.ok();
  }

  /** A commit that two have in common and that is nearest to them; empty when there is none. */
  public Optional<String> mergeBase(String one, String other) {
    GitResult result =
        git.runRetrying(GitCommand.onRepository(registry.common(), "merge-base", one, other));
    if (result.exitCode() != NOT_SO) {
      result.orThrow();
    }
    return result.ok() ? Optional.of(result.line()) : Optional.empty();
  }

  /** How many commits lead to one and not to the other. */
  public int count(String of, String without, String... options) {
    List<String> arguments = new ArrayList<>(List.of("rev-list", "--count"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of(of, "^" + without, "--"));
    return Integer.parseInt(line(arguments));
  }

  /** The files of a commit. */
  public String tree(String commit) {
    return line(List.of("rev-parse", "--verify", "--quiet", commit + "^{tree}"));
  }

  /** How many files differ between two commits or trees. */
  public int filesChanged(String one, String other) {
    List<String> files = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "diff-tree",
                    "-r",
                    "-z",
                    "--name-only",
                    "--no-renames",
                    one,
                    other,
                    "--")
                .within(GitCommand.LONG)
                .each('\0', files::add))
        .orThrow();
    return files.size();
  }

  /**
   * What a rebase takes from one side: oldest first, without merges and without those whose change
   * the other side has already.
   */
  public List<Commit> toReplay(String from, String onto) {
    List<String> fields = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "rev-list",
                    "--reverse",
                    "--topo-order",
                    "--no-merges",
                    "--cherry-pick",
                    "--right-only",
                    "--no-commit-header",
                    "--encoding=UTF-8",
                    "--date=raw",
                    "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%B%x00",
                    onto + "..." + from,
                    "--")
                .within(GitCommand.LONG)
                .each('\0', fields::add))
        .orThrow();
    List<Commit> commits = new ArrayList<>();
    for (int i = 0; i + 6 < fields.size(); i += 7) {
      commits.add(
          new Commit(
              fields.get(i).strip(),
              fields.get(i + 1),
              fields.get(i + 2),
              fields.get(i + 3),
              fields.get(i + 4),
              "@" + fields.get(i + 5),
              fields.get(i + 6)));
    }
    return commits;
  }

  /** The first lines of the messages of what leads to one and not to the other, oldest first. */
  public List<String> subjects(String of, String without) {
    List<String> subjects = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "rev-list",
                    "--reverse",
                    "--no-merges",
                    "--no-commit-header",
                    "--encoding=UTF-8",
                    "--format=%s",
                    of,
                    "^" + without,
                    "--")
                .each('\n', subjects::add))
        .orThrow();
    return subjects;
  }

  /** The message of a commit. */
  public String message(String commit) {
    return git.runRetrying(
            GitCommand.onRepository(
                registry.common(),
                "rev-list",
                "--max-count=1",
                "--no-commit-header",
                "--encoding=UTF-8",
                "--format=%B",
                commit,
                "--"))
        .orThrow()
        .out()
        .strip();
  }

  private String line(List<String> arguments) {
    return git.runRetrying(
            GitCommand.onRepository(registry.common(), arguments.toArray(String[]::new)))
        .orThrow()
        .line();
  }
}
