package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.Fingerprint;
import io.kugetsu.worktree.GitRepository;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.RemoteAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A repository as git described it when it was opened. */
public final class LocalRepository implements GitRepository {
  private static final Pattern SETTING =
      Pattern.compile("remote\\.(?<name>.*)\\.url\n(?<url>.*)", Pattern.DOTALL);
  private static final Pattern REMOTE =
      Pattern.compile("(?<name>[^\t]+)\t(?<url>.*) \\(fetch\\)( \\[[^\\]]*\\])?");
  private static final Pattern ANSWER = Pattern.compile("true|false");
  private static final int NOTHING_SET = 1;

  private final Git git;
  private final Path directory;
  private final Path common;
  private final @Nullable Path top;
  private final boolean bare;
  private volatile @Nullable List<CheckedOut> main;

  private LocalRepository(Git git, Path directory, Path common, @Nullable Path top, boolean bare) {
    this.git = git;
    this.directory = directory;
    this.common = common;
    this.top = top;
    this.bare = bare;
  }

  /**
   * Opens a repository with the host's git.
   *
   * @param path a path in it
   * @return the repository
   */
  public static LocalRepository open(Path path) {
    return open(path, new Git(System.getenv()));
  }

  public static LocalRepository open(Path path, Git git) {
    Path directory = readable(path);
    GitResult result =
        git.runRetrying(
            GitCommand.in(
                directory,
                "rev-parse",
                "--path-format=absolute",
                "--git-common-dir",
                "--is-bare-repository",
                "--show-cdup",
                "--is-inside-work-tree"));
    if (!result.ok()) {
      throw notARepository(path, result);
    }
    // The directory comes first and may itself have line ends, so the rest is taken from the end.
    Deque<String> lines = new ArrayDeque<>(List.of(result.out().stripTrailing().split("\n", -1)));
    boolean inside = Boolean.parseBoolean(lines.removeLast());
    Path top = inside ? directory.resolve(lines.removeLast()).normalize() : null;
    if (!inside && !ANSWER.matcher(lines.getLast()).matches()) {
      lines.removeLast(); // where settings place a checkout, its way up is told from outside too
    }
    boolean bare = Boolean.parseBoolean(lines.removeLast());
    try {
      Path common = Path.of(String.join("\n", lines)).toRealPath();
      return new LocalRepository(git, directory, common, top, bare);
    } catch (IOException e) {
      throw new RepositoryException(path, Problem.NOT_READABLE, "cannot be read: " + e);
    }
  }

  private static Path readable(Path path) {
    if (!Files.exists(path)) {
      throw new RepositoryException(
          path, Problem.DOES_NOT_EXIST, "does not exist; give the path of a git repository");
    }
    if (!Files.isDirectory(path)) {
      throw new RepositoryException(
          path, Problem.NOT_A_DIRECTORY, "is not a directory; give the repository's");
    }
    try {
      if (Files.isReadable(path) && Files.isExecutable(path)) {
        return path.toRealPath();
      }
    } catch (IOException e) {
      // Said below.
    }
    throw new RepositoryException(path, Problem.NOT_READABLE, "may not be read");
  }

  private static RepositoryException notARepository(Path path, GitResult result) {
    if (result.err().contains("dubious ownership")) {
      return new RepositoryException(
          path,
          Problem.NOT_TRUSTED,
          "belongs to another user; git uses it once 'safe.directory' in your settings names it");
    }
    return new RepositoryException(
        path,
        Problem.NOT_A_REPOSITORY,
        "is not in a git repository; run 'git init' there or give another path ("
            + result.err().strip()
            + ")");
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public Path commonDirectory() {
    return common;
  }

  @Override
  public Optional<Path> topLevel() {
    return Optional.ofNullable(top);
  }

  @Override
  public boolean isBare() {
    return bare;
  }

  @Override
  public List<Remote> remotes() {
    Set<Remote> remotes = new LinkedHashSet<>();
    GitCommand settings =
        GitCommand.onRepository(common, "config", "--null", "--get-regexp", "^remote\\..*\\.url$")
            .each('\0', setting -> add(remotes, SETTING.matcher(setting)));
    GitResult read = git.runRetrying(settings);
    if (read.exitCode() == NOTHING_SET) {
      return List.of();
    }
    read.orThrow();
    // The same ones after git's rewriting.
    git.runRetrying(
            GitCommand.onRepository(common, "remote", "-v")
                .each('\n', line -> add(remotes, REMOTE.matcher(line))))
        .orThrow();
    List<Remote> sorted = new ArrayList<>(remotes);
    sorted.sort(Comparator.comparing(remote -> !remote.name().equals("origin")));
    return List.copyOf(sorted);
  }

  @Override
  public Fingerprint fingerprint(Path... except) {
    Registry registry = new Registry(common, Duration.ZERO);
    List<Path> canonical = Arrays.stream(except).map(Roots::canonical).toList();
    List<CheckedOut> known = main;
    if (known == null) {
      known = new Checkouts(git, registry).main().stream().toList();
      main = known; // where it is does not change while somebody works in it
    }
    return new FingerprintProbe(git, common, known.stream().findFirst()).take(canonical);
  }

  private static void add(Set<Remote> remotes, Matcher found) {
    if (found.matches()) {
      RemoteAddress.normalised(found.group("url"))
          .ifPresent(address -> remotes.add(new Remote(found.group("name"), address)));
    }
  }

  Git git() {
    return git;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GitRepository same && common.equals(same.commonDirectory());
  }

  @Override
  public int hashCode() {
    return common.hashCode();
  }

  @Override
  public String toString() {
    return common.toString();
  }
}
