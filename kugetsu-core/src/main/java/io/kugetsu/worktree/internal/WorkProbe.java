package io.kugetsu.worktree.internal;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks into a worktree for everything that would be lost with it. What cannot be found out is
 * reported as such and counts as work.
 */
final class WorkProbe {
  private static final List<String> UNFINISHED =
      List.of(
          "MERGE_HEAD",
          "CHERRY_PICK_HEAD",
          "REVERT_HEAD",
          "rebase-merge",
          "rebase-apply",
          "sequencer",
          "BISECT_LOG",
          "index.lock");
  private static final String LINK = ".git";
  private static final String OWN_REFS = "refs/worktree";
  private static final String SUBMODULE_MODE = "160000";
  private static final int MODE_START = 2;
  private static final char SKIP_WORKTREE = 'S';

  private final Git git;
  private final Entry entry;
  private final Path tree;
  private final Tally tally = new Tally();
  private final List<String> ignoredDirectories = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private @Nullable TreeStatus status;

  private WorkProbe(Git git, Entry entry, Path tree) {
    this.git = git;
    this.entry = entry;
    this.tree = tree;
  }

  /**
   * Looks.
   *
   * @param intoIgnored whether to search ignored directories for repositories; needed only when
   *     they are to be discarded, as otherwise they stand against the removal as they are
   */
  static WorkProbe look(Git git, Entry entry, Path tree, boolean intoIgnored) {
    WorkProbe probe = new WorkProbe(git, entry, tree);
    probe.attempt(probe::files);
    probe.attempt(probe::index);
    probe.attempt(probe::commits);
    probe.attempt(probe::entry);
    if (intoIgnored) {
      probe.attempt(probe::ignored);
    }
    return probe;
  }

  List<Obstacle> obstacles() {
    return tally.obstacles();
  }

  Optional<String> branch() {
    return status == null ? Optional.empty() : status.branch();
  }

  Optional<String> head() {
    return status == null ? Optional.empty() : status.head();
  }

  private void files() {
    status =
        TreeStatus.read(
            git,
            tree,
            true,
            (kind, path) -> {
              if (kind == '!') {
                ignored(path);
              } else if (kind != '?') {
                tally.add(Kind.UNCOMMITTED_CHANGES, path);
              } else if (path.endsWith("/")) {
                // Git looks into every untracked directory but that of another repository.
                tally.add(Kind.NESTED_REPOSITORIES, path);
              } else {
                tally.add(Kind.UNTRACKED_FILES, path);
              }
            });
  }

  private void ignored(String path) {
    tally.add(Kind.IGNORED_FILES, path);
    if (path.endsWith("/")) {
      ignoredDirectories.add(path);
    }
  }

  /** What the index keeps from {@code git status}: hidden files, submodules, repositories. */
  private void index() {
    git.runRetrying(
            GitCommand.inTree(tree, "ls-files", "-v", "--stage", "-z")
                .within(GitCommand.LONG)
                .each('\0', this::indexed))
        .orThrow();
  }

  private void indexed(String line) {
    String path = line.substring(line.indexOf('\t') + 1);
    char flag = line.charAt(0);
    Path file = tree.resolve(path);
    if (line.startsWith(SUBMODULE_MODE, MODE_START)) {
      if (!isEmpty(file)) {
        tally.add(Kind.SUBMODULES, path);
      }
    } else if ((Character.isLowerCase(flag) || flag == SKIP_WORKTREE) && exists(file)) {
      tally.add(Kind.HIDDEN_FILES, path);
    }
    int slash = path.lastIndexOf('/');
    while (slash > 0 && known.add(path.substring(0, slash))) {
      String directory = path.substring(0, slash);
      // Files may be tracked here and be in a repository of their own at the same time.
      if (exists(tree.resolve(directory).resolve(LINK))) {
        tally.add(Kind.NESTED_REPOSITORIES, directory + "/");
      }
      slash = path.lastIndexOf('/', slash - 1);
    }
  }

  private void commits() {
    List<String> starts = new ArrayList<>(ownRefs());
    if (branch().isEmpty()) {
      head().ifPresent(starts::add);
    }
    if (starts.isEmpty()) {
      return;
    }
    List<String> arguments = new ArrayList<>(List.of("rev-list", "--count"));
    arguments.addAll(starts);
    arguments.addAll(List.of("--not", "--branches", "--tags", "--remotes"));
    String count =
        git.runRetrying(GitCommand.inTree(tree, arguments.toArray(String[]::new))).orThrow().line();
    if (!count.equals("0")) {
      tally.add(Kind.DETACHED_COMMITS, Integer.parseInt(count), String.join(" ", starts));
    }
  }

  /** What the refs stand at that git keeps in the entry, for this worktree alone. */
  private List<String> ownRefs() {
    if (isEmpty(entry.directory().resolve(OWN_REFS))) {
      return List.of();
    }
    return git.runRetrying(
            GitCommand.inTree(tree, "for-each-ref", "--format=%(objectname)", OWN_REFS + "/"))
        .orThrow()
        .out()
        .lines()
        .distinct()
        .toList();
  }

  private void entry() {
    UNFINISHED.stream()
        .filter(entry::has)
        .forEach(file -> tally.add(Kind.OPERATION_IN_PROGRESS, file));
    Path modules = entry.directory().resolve("modules");
    if (!isEmpty(modules)) {
      tally.add(Kind.SUBMODULES, modules.toString());
    }
  }

  private void ignored() throws IOException {
    for (String directory : ignoredDirectories) {
      Files.walkFileTree(
          tree.resolve(directory),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              if (!exists(path.resolve(LINK))) {
                return FileVisitResult.CONTINUE;
              }
              tally.add(Kind.NESTED_REPOSITORIES, tree.relativize(path) + "/");
              return FileVisitResult.SKIP_SUBTREE;
            }
          });
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether nothing is there, or a directory with nothing in it. */
  private static boolean isEmpty(Path directory) {
    if (!exists(directory)) {
      return true;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      return !children.iterator().hasNext();
    } catch (IOException e) {
      return false;
    }
  }

  private void attempt(Step step) {
    try {
      step.run();
    } catch (IOException | KugetsuException | IllegalArgumentException e) {
      tally.add(Kind.UNKNOWN, String.valueOf(e.getMessage()));
    }
  }

  private interface Step {
    void run() throws IOException;
  }
}
