package io.kugetsu.worktree.internal.work;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.internal.git.BlobId;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.IndexFile;
import io.kugetsu.worktree.internal.git.IndexFile.Item;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.git.TreeStatus;
import io.kugetsu.worktree.internal.git.Unfinished;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for everything that is in one checkout, be it a worktree or a submodule in one, and not in
 * a commit. What cannot be found out is reported as such and counts as work.
 */
final class CheckoutProbe {
  private static final String LOCK = ".lock";

  private final Git git;
  private final Path tree;
  private final Path gitDirectory;
  private final Tally tally;
  private final Set<String> untracked = new HashSet<>();
  private final Set<String> ignored = new HashSet<>();
  private final List<Item> modules = new ArrayList<>();
  private @Nullable TreeStatus status;
  private @Nullable TrackedFiles tracked;

  /**
   * A probe of a checkout.
   *
   * @param gitDirectory where git keeps what belongs to it alone
   * @param tally takes what is found
   */
  CheckoutProbe(Git git, Path tree, Path gitDirectory, Tally tally) {
    this.git = git;
    this.tree = tree;
    this.gitDirectory = gitDirectory;
    this.tally = tally;
  }

  /**
   * Looks.
   *
   * @param idLength how many digits the ids of its repository have, should it have no commit yet
   */
  void look(int idLength) {
    attempt(this::readStatus);
    attempt(() -> readIndex(head().map(String::length).orElse(idLength)));
    attempt(this::readGitDirectory);
  }

  Optional<String> branch() {
    return status == null ? Optional.empty() : status.branch();
  }

  Optional<String> head() {
    return status == null ? Optional.empty() : status.head();
  }

  /** What git ignores, by raw names; a directory has no slash. */
  Set<String> ignored() {
    return ignored;
  }

  /** The places of submodules, initialised or not. */
  List<Item> modules() {
    return modules;
  }

  Optional<TrackedFiles> tracked() {
    return Optional.ofNullable(tracked);
  }

  private void readStatus() {
    status =
        TreeStatus.read(
            git,
            tree,
            true,
            (kind, path) -> {
              boolean directory = path.endsWith("/");
              String name = directory ? path.substring(0, path.length() - 1) : path;
              if (kind == '!') {
                ignored.add(name);
                tally.add(Kind.IGNORED_FILES, RawPath.shown(path));
              } else if (kind != '?') {
                tally.add(Kind.UNCOMMITTED_CHANGES, RawPath.shown(path));
              } else {
                untracked.add(name);
                // Git looks into every untracked directory but that of another repository.
                tally.add(
                    directory ? Kind.NESTED_REPOSITORIES : Kind.UNTRACKED_FILES,
                    RawPath.shown(path));
              }
            });
  }

  /** What the index keeps from {@code git status}, and what git does not see at all. */
  private void readIndex(int idLength) throws IOException {
    TrackedFiles files = TrackedFiles.read(git, tree, gitDirectory, idLength);
    tracked = files;
    for (Item item : files.items()) {
      if (item.isSubmodule()) {
        modules.add(item);
      } else if (item.isHidden() && isHiddenChange(item, idLength)) {
        tally.add(Kind.HIDDEN_FILES, RawPath.shown(item.path()));
      }
    }
    Set<String> told = new HashSet<>(untracked);
    told.addAll(ignored);
    new Unseen(files, told, tally).in(tree);
  }

  private boolean isHiddenChange(Item item, int idLength) throws IOException {
    Path file = RawPath.in(tree, item.path());
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return !item.skipWorktree();
    }
    boolean link = Files.isSymbolicLink(file);
    if (link != (item.mode() == IndexFile.LINK)) {
      return true;
    }
    if (link) {
      return !linkId(file, idLength).equals(item.id());
    }
    return !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.isExecutable(file) != item.isExecutable()
        || !BlobId.of(file, idLength).equals(item.id());
  }

  private static String linkId(Path link, int idLength) throws IOException {
    String target = RawPath.target(link);
    return BlobId.of(target.getBytes(StandardCharsets.ISO_8859_1), idLength);
  }

  private void readGitDirectory() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(gitDirectory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (Unfinished.isSignOfIt(name) || name.endsWith(LOCK)) {
          tally.add(Kind.OPERATION_IN_PROGRESS, name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Searches for repositories in what git ignores, which git itself does not look into. Needed only
   * when that is to be lost, as otherwise it stands against the removal as it is.
   */
  void lookIntoIgnored() {
    attempt(
        () -> {
          for (String raw : ignored) {
            Path place = RawPath.in(tree, raw);
            if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
              searchRepositories(place);
            }
          }
        });
  }

  private void searchRepositories(Path directory) throws IOException {
    List<Path> below = new ArrayList<>();
    if (isRepository(directory)) {
      tally.add(Kind.NESTED_REPOSITORIES, tree.relativize(directory) + "/");
      return;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        if (String.valueOf(child.getFileName()).equals(".git")) {
          tally.add(Kind.NESTED_REPOSITORIES, tree.relativize(directory) + "/");
          return;
        }
        if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          below.add(child);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path child : below) {
      searchRepositories(child);
    }
  }

  /** Whether a directory is what git takes for a repository; one without a checkout has no .git. */
  private static boolean isRepository(Path directory) {
    return Files.isDirectory(directory.resolve("objects"))
        && Files.isDirectory(directory.resolve("refs"))
        && Files.exists(directory.resolve("HEAD"), LinkOption.NOFOLLOW_LINKS);
  }

  void attempt(Step step) {
    try {
      step.run();
    } catch (NoSuchFileException e) {
      tally.add(Kind.UNKNOWN, "went while it was looked at: " + e.getMessage());
    } catch (IOException | UncheckedIOException | KugetsuException | IllegalArgumentException e) {
      tally.add(Kind.UNKNOWN, String.valueOf(e.getMessage()));
    }
  }

  /** Something that may fail. */
  interface Step {
    void run() throws IOException;
  }
}
