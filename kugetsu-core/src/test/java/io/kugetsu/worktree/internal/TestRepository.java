package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real repository in a temporary directory, away from the settings of whoever runs the tests. */
final class TestRepository {
  static final Duration LOCK_WAIT = Duration.ofSeconds(30);

  final Path home;
  final Path main;
  final Path root;

  private TestRepository(Path home, Path main) {
    this.home = home;
    this.main = main;
    this.root = home.resolve("trees");
  }

  /** With one commit on the branch {@code main}. */
  static TestRepository create(Path directory) {
    TestRepository repository = empty(directory);
    repository.write("a.txt", "one\n");
    repository.write("lib/b.txt", "two\n");
    repository.commit("first");
    return repository;
  }

  static TestRepository empty(Path directory) {
    try {
      Path home = directory.toRealPath();
      TestRepository repository = new TestRepository(home, home.resolve("main"));
      Files.createDirectory(repository.main);
      repository.git("init", "--quiet", "--initial-branch=main");
      return repository;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same in another directory, which costs less than making it again. */
  TestRepository copy(Path directory) throws IOException {
    TestRepository copy =
        new TestRepository(directory.toRealPath(), directory.toRealPath().resolve("main"));
    try (Stream<Path> files = Files.walk(main)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, copy.main.resolve(main.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return copy;
  }

  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", home.toString());
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_AUTHOR_NAME", "A");
    environment.put("GIT_AUTHOR_EMAIL", "a@example.org");
    environment.put("GIT_COMMITTER_NAME", "A");
    environment.put("GIT_COMMITTER_EMAIL", "a@example.org");
    return environment;
  }

  WorktreeService service() {
    return service(main);
  }

  WorktreeService service(Path path) {
    return new GitWorktrees(new Git(environment()), path, root, LOCK_WAIT);
  }

  /** A service whose git is a script; {@code $GIT} in it is the real one. */
  WorktreeService serviceWithGit(String script) {
    // named as git is, as which it is known that it only looks
    Path program = home.resolve("git-" + System.nanoTime()).resolve("git");
    write(program, "#!/bin/sh\nGIT=git\n" + script + "\n");
    makeExecutable(program);
    return new GitWorktrees(
        new Git(List.of(program.toString()), environment()), main, root, LOCK_WAIT);
  }

  String git(String... arguments) {
    return gitIn(main, arguments);
  }

  String gitIn(Path directory, String... arguments) {
    return run(directory, environment(), true, arguments);
  }

  /** Like {@link #gitIn}, for what may fail. */
  String tryGitIn(Path directory, String... arguments) {
    return run(directory, environment(), false, arguments);
  }

  private static String run(
      Path directory, Map<String, String> environment, boolean mustWork, String... arguments) {
    try {
      // nothing of git's own that goes on in the background
      List<String> argv =
          new ArrayList<>(List.of("git", "-c", "maintenance.auto=false", "-c", "gc.auto=0"));
      argv.addAll(List.of(arguments));
      ProcessBuilder builder =
          new ProcessBuilder(argv).directory(directory.toFile()).redirectErrorStream(true);
      builder.environment().clear();
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(true, process.waitFor(1, TimeUnit.MINUTES));
      if (mustWork) {
        assertEquals(0, process.exitValue(), argv + ": " + out);
      }
      return out.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(String file, String text) {
    write(main.resolve(file), text);
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void commit(String message) {
    commitIn(main, message);
  }

  void commitIn(Path directory, String message) {
    gitIn(directory, "add", "--all");
    gitIn(directory, "commit", "--quiet", "--allow-empty", "-m", message);
  }

  /** From now on the entries of new worktrees are made by git, as they may hold more. */
  void leaveEntriesToGit() {
    git("config", "extensions.worktreeConfig", "true");
  }

  String head() {
    return git("rev-parse", "HEAD");
  }

  void hook(String name, String script) {
    Path hook = main.resolve(".git/hooks").resolve(name);
    write(hook, "#!/bin/sh\n" + script + "\n");
    makeExecutable(hook);
  }

  static void makeExecutable(Path file) {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Worktree worktree(String branch) {
    return made(service().create(WorktreeRequest.branch(branch)));
  }

  static Worktree made(Creation creation) {
    return assertInstanceOf(Creation.Created.class, creation, creation.toString()).worktree();
  }

  static Creation.Refused refused(Creation creation) {
    return assertInstanceOf(Creation.Refused.class, creation, creation.toString());
  }

  static Removal.Removed removed(Removal removal) {
    return assertInstanceOf(Removal.Removed.class, removal, removal.toString());
  }

  static Removal.Refused refused(Removal removal) {
    return assertInstanceOf(Removal.Refused.class, removal, removal.toString());
  }

  Removal remove(Worktree worktree) {
    return service().remove(worktree);
  }

  Removal remove(Worktree worktree, RemovalRequest request) {
    return service().remove(worktree, request);
  }

  /** Everything that making a worktree leaves, to be compared before and after. */
  String traces() {
    return git("for-each-ref", "--format=%(refname) %(objectname)")
        + "\n"
        + git("worktree", "list", "--porcelain")
        + "\nentries "
        + children(main.resolve(".git/worktrees"))
        + "\nlocks "
        + locks()
        + "\ntrees "
        + children(root).stream().filter(name -> !name.startsWith(".")).toList()
        + "\nbeing made "
        + children(root.resolve(".making")).stream().filter(name -> !name.equals(".lock")).toList()
        + "\ntrash "
        + children(root.resolve(".trash"))
        + "\nbegun "
        + children(main.resolve(".git/kugetsu/begun")).stream()
            .filter(name -> !name.endsWith(".tmp")) // of a living JVM, which may still write it
            .toList()
        + children(main.resolve(".git/kugetsu/new"))
        + children(main.resolve(".git/kugetsu/gone"))
        + "\nlogs "
        + logs()
        + "\nsettings "
        + git("config", "--local", "--list");
  }

  private List<String> logs() {
    return files(".git/logs/refs").stream()
        .filter(Files::isRegularFile)
        .map(Path::toString)
        .toList();
  }

  private List<Path> files(String below) {
    Path directory = main.resolve(below);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> locks() {
    try (Stream<Path> files = Files.walk(main.resolve(".git"))) {
      return files
          .filter(file -> file.toString().endsWith(".lock") || file.endsWith("packed-refs.new"))
          .filter(file -> !file.endsWith(Path.of("kugetsu", "registry.lock")))
          .map(Path::toString)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String contents(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> children(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
