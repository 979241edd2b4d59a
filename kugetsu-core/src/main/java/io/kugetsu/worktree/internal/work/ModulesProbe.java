package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.IndexFile.Item;
import io.kugetsu.worktree.internal.git.RawPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks into the submodules of a worktree. Their repositories are in the worktree's entry and go
 * with it, so every commit of theirs that no remote has counts, also of one that is not checked out
 * any more.
 *
 * @param modules where the repositories are
 * @param places takes the raw names of the submodules that are there and have such a repository
 */
record ModulesProbe(Git git, Path modules, Tally tally, Set<String> places) {
  private static final String LINK = ".git";
  private static final String LINK_START = "gitdir: ";
  private static final String WORKTREES = "worktrees";
  // What a rescue cannot hold; all else is in the files of a submodule and its repository.
  private static final Set<Kind> OF_THEIR_OWN =
      Set.of(
          Kind.NESTED_REPOSITORIES, Kind.UNKNOWN, Kind.OPERATION_IN_PROGRESS, Kind.SPECIAL_FILES);

  /**
   * Looks at the places of submodules in a checkout, and in each again.
   *
   * @param raw the checkout's own place, see {@link RawPath}
   * @param idLength how many digits the ids of a repository have
   */
  void checkouts(Path tree, List<Item> items, String raw, int idLength) throws IOException {
    for (Item item : items) {
      Path path = RawPath.in(tree, item.path());
      String place = RawPath.join(raw, item.path());
      String name = RawPath.shown(place);
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        continue; // git status tells when something else is there
      }
      Path link = path.resolve(LINK);
      if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
        if (!isEmpty(path)) {
          tally.add(Kind.SUBMODULES, name + ": files, but no repository");
        }
      } else if (!Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS)) {
        tally.add(Kind.NESTED_REPOSITORIES, name + "/");
      } else {
        Path repository = repository(path, link);
        if (!repository.startsWith(modules)) {
          tally.add(Kind.NESTED_REPOSITORIES, name + "/");
        } else {
          places.add(place);
          checkout(path, repository, place, idLength);
        }
      }
    }
  }

  private void checkout(Path path, Path repository, String place, int idLength) throws IOException {
    String name = RawPath.shown(place);
    Tally inside = new Tally();
    CheckoutProbe probe = new CheckoutProbe(git, path, repository, inside);
    probe.look(idLength);
    for (Obstacle obstacle : inside.obstacles()) {
      if (OF_THEIR_OWN.contains(obstacle.kind())) {
        obstacle.examples().forEach(text -> tally.add(obstacle.kind(), name + ": " + text));
      } else {
        tally.add(Kind.SUBMODULES, name + ": " + obstacle);
      }
    }
    checkouts(path, probe.modules(), place, probe.head().map(String::length).orElse(idLength));
  }

  /** Looks for commits that no remote has, and worktrees, in every repository there is. */
  void repositories() throws IOException {
    for (Path repository : all(modules)) {
      String name = modules.relativize(repository).toString();
      Path worktrees = repository.resolve(WORKTREES);
      if (Files.isDirectory(worktrees) && !isEmpty(worktrees)) {
        tally.add(Kind.NESTED_REPOSITORIES, name + ": has worktrees of its own");
      }
      GitResult count =
          git.runRetrying(
              in(
                  repository,
                  "rev-list",
                  "--count",
                  "--ignore-missing",
                  "--all",
                  "--reflog",
                  "--not",
                  "--remotes"));
      if (!count.orThrow().line().equals("0")) {
        tally.add(Kind.SUBMODULES, name + ": " + count.line() + " commits that no remote has");
      }
    }
  }

  /** A command on a repository, whose settings may say that its files are where nothing is. */
  static GitCommand in(Path repository, String... arguments) {
    return GitCommand.onRepository(repository, arguments)
        .with("GIT_WORK_TREE", repository.toString());
  }

  /** Every repository below a directory; one may be inside another's {@code modules}. */
  static List<Path> all(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return new ArrayList<>(
          paths
              .filter(
                  path ->
                      Files.isDirectory(path.resolve("objects"))
                          && Files.exists(path.resolve("HEAD"), LinkOption.NOFOLLOW_LINKS))
              .toList());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Path repository(Path tree, Path link) throws IOException {
    String text = Files.readString(link, StandardCharsets.ISO_8859_1).stripTrailing();
    if (!text.startsWith(LINK_START)) {
      throw new IOException(link + " is damaged");
    }
    return RawPath.in(tree, text.substring(LINK_START.length())).toRealPath();
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      return !children.iterator().hasNext();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
