package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.git.TreeDifference;
import io.kugetsu.worktree.internal.git.Unfinished;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Checkouts;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether a branch may move, and whether the files where it is checked out can follow. */
record TargetCheck(Git git, Registry registry) {
  private static final int FIRST_FIELDS = 4;
  private static final char UNCHANGED = '.';
  private static final char UNREADABLE = '\uFFFD';

  /** Where it is checked out; refuses where it may not be touched. */
  Optional<CheckedOut> place(String branch) throws Stop {
    List<CheckedOut> using = new Checkouts(git, registry).using("refs/heads/" + branch);
    if (using.isEmpty()) {
      return Optional.empty();
    }
    CheckedOut first = using.get(0);
    String where = "'" + branch + "' is checked out in " + first.top();
    if (using.size() > 1 || first.ours()) {
      throw new Stop(
          Reason.TARGET_IN_USE,
          where + (using.size() > 1 ? " and elsewhere" : ", where somebody else may be at work"));
    }
    if (first.branch().isEmpty() || !Files.isDirectory(first.top())) {
      throw new Stop(Reason.TARGET_IN_USE, "'" + branch + "' is in use by " + first.top());
    }
    List<String> unfinished = Unfinished.in(first.gitDirectory());
    if (!unfinished.isEmpty()) {
      throw new Stop(
          Reason.OPERATION_IN_PROGRESS,
          where + ", where something is not finished: " + String.join(", ", unfinished));
    }
    return Optional.of(first);
  }

  /** Refuses when something is changed where the target is checked out. */
  void isClean(CheckedOut checkout) throws Stop {
    List<String> changed = new ArrayList<>();
    git.runRetrying(
            checkout
                .status("--untracked-files=no", "--ignore-submodules=dirty")
                .each('\0', line -> changed(line).ifPresent(changed::add)))
        .orThrow();
    if (!changed.isEmpty()) {
      throw new Stop(
          Reason.DIRTY_TARGET,
          changed.size() + " files are changed in " + checkout.top() + "; commit or stash them",
          changed);
    }
  }

  /** A submodule that stands elsewhere is no obstacle: its files are not touched. */
  private static Optional<String> changed(String line) {
    if (line.startsWith("u ")) {
      return Optional.of(CheckedOut.statusPath(line));
    }
    if (!line.startsWith("1 ")) {
      return Optional.empty();
    }
    String[] fields = line.split(" ", FIRST_FIELDS);
    boolean moved = fields[2].startsWith("S") && fields[1].charAt(0) == UNCHANGED;
    return moved ? Optional.empty() : Optional.of(CheckedOut.statusPath(line));
  }

  /**
   * Refuses when something that git does not track is where a file will be. Git itself refuses that
   * only for what it does not ignore, and overwrites the rest.
   */
  void isFree(CheckedOut checkout, List<TreeDifference> differences) throws Stop {
    Set<String> going =
        differences.stream()
            .filter(TreeDifference::isRemoved)
            .map(TreeDifference::path)
            .collect(Collectors.toSet());
    Set<String> inTheWay = new TreeSet<>();
    for (TreeDifference difference : differences) {
      if (difference.isAdded()) {
        inTheWay(checkout.top(), difference.path(), going).ifPresent(inTheWay::add);
      }
    }
    if (!inTheWay.isEmpty()) {
      throw new Stop(
          Reason.FILES_IN_THE_WAY,
          "files that git does not track are in the way in " + checkout.top() + "; move them away",
          List.copyOf(inTheWay));
    }
  }

  private static Optional<String> inTheWay(Path top, String path, Set<String> going) {
    int slash = path.indexOf('/');
    while (slash > 0) {
      String above = path.substring(0, slash);
      Path parent = at(top, above);
      if (Files.exists(parent, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)
          && !going.contains(above)) {
        return Optional.of(above);
      }
      slash = path.indexOf('/', slash + 1);
    }
    // Of a name that is not text it cannot be told what is there.
    if (path.indexOf(UNREADABLE) >= 0) {
      return Optional.of(path);
    }
    Path place = at(top, path);
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
        ? firstNotGoing(top, place, going)
        : Optional.of(path);
  }

  /** Also where the system's own charset has no such name. */
  private static Path at(Path top, String path) {
    return RawPath.in(top, RawPath.raw(path));
  }

  private static Optional<String> firstNotGoing(Path top, Path directory, Set<String> going) {
    List<String> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String path = top.relativize(file).toString();
              if (going.contains(path)) {
                return FileVisitResult.CONTINUE;
              }
              found.add(path);
              return FileVisitResult.TERMINATE;
            }
          });
    } catch (IOException e) {
      return Optional.of(top.relativize(directory).toString());
    }
    return found.stream().findFirst();
  }
}
