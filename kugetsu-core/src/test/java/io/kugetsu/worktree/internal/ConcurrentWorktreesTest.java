package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrentWorktreesTest {
  private static final int THREADS = 8;
  private static final int EACH = 4;

  @TempDir Path temp;

  @Test
  void many_threads_make_and_remove_worktrees_of_one_repository() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    String before = repository.traces();

    for (String failure : inParallel(thread -> rounds(repository.service(), "t" + thread))) {
      assertEquals("", failure);
    }

    List<Worktree> left = repository.service().list();
    assertEquals(THREADS * EACH / 2, left.size());
    for (Worktree tree : left) {
      assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
      assertEquals(tree.branch(), repository.gitIn(tree.path(), "branch", "--show-current"));
      TestRepository.removed(repository.remove(tree));
    }
    for (String ref : repository.git("branch", "--format=%(refname:short)").split("\n")) {
      if (!ref.equals("main")) {
        repository.git("branch", "-q", "-D", ref);
      }
    }
    assertEquals(before, repository.traces());
    Eventually.isTrue(RepositoriesTest::noGitThreads);
  }

  @Test
  void of_many_that_want_one_branch_or_one_place_exactly_one_gets_it() throws Exception {
    TestRepository repository = TestRepository.create(temp);

    List<Creation> oneBranch =
        inParallel(
            thread ->
                repository.service().create(WorktreeRequest.branch("same").named("b" + thread)));
    List<Creation> onePlace =
        inParallel(
            thread ->
                repository.service().create(WorktreeRequest.branch("p" + thread).named("place")));

    assertOneWinner(oneBranch, Reason.EXISTING_BRANCH);
    assertOneWinner(onePlace, Reason.EXISTING_PATH);
    assertEquals(2, repository.service().list().size());
    assertEquals(3, repository.git("branch", "--list").split("\n").length);
    assertEquals(2, TestRepository.children(repository.main.resolve(".git/worktrees")).size());
  }

  @Test
  void of_several_repositories_that_want_one_place_exactly_one_gets_it() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    List<WorktreeService> services = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Path clone = repository.home.resolve("clone" + i);
      repository.git("clone", "-q", repository.main.toString(), clone.toString());
      services.add(repository.service(clone));
    }

    List<Creation> creations =
        inParallel(thread -> services.get(thread).create(WorktreeRequest.branch("x")));

    assertOneWinner(creations, Reason.EXISTING_PATH);
  }

  @Test
  void of_many_that_remove_one_worktree_exactly_one_does() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    TestRepository.write(tree.path().resolve("new"), "x");

    List<String> removals =
        inParallel(
            thread ->
                repository
                    .remove(tree, RemovalRequest.refusing().discardAll())
                    .getClass()
                    .getSimpleName());

    assertEquals(1, removals.stream().filter("Removed"::equals).count(), removals.toString());
  }

  @Test
  void two_jvms_make_and_remove_worktrees_of_one_repository() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("left", "right")) {
      ProcessBuilder builder = jvm(repository, repository.main.toString(), name);
      builder.redirectOutput(repository.home.resolve(name + ".log").toFile());
      // The service of that JVM is the public one, with the usual root.
      builder.environment().put("KUGETSU_DIR", repository.home.resolve("state").toString());
      builder.environment().put("GIT_DIR", repository.home.resolve("nowhere").toString());
      processes.add(builder.start());
    }
    for (Process process : processes) {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    }

    for (String name : List.of("left", "right")) {
      assertEquals("done", Files.readString(repository.home.resolve(name + ".log")).strip());
    }
    Path root = repository.home.resolve("state/worktrees");
    WorktreeService service =
        new GitWorktrees(
            new Git(repository.environment()), repository.main, root, TestRepository.LOCK_WAIT);
    assertEquals(4 * EACH, service.list().size());
    for (Worktree tree : service.list()) {
      assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    }
  }

  @Test
  void what_another_jvm_has_locked_waits_for_it() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    Path lock = repository.main.resolve(".git/kugetsu/registry.lock");
    WorktreeService impatient =
        new GitWorktrees(
            new Git(repository.environment()),
            repository.main,
            repository.root,
            Duration.ofMillis(50));
    Worktree tree = repository.worktree("before");
    Process other = jvm(repository, lock.toString()).start();
    try {
      assertEquals('h', other.getInputStream().read());

      assertEquals(
          Reason.REPOSITORY_BUSY,
          TestRepository.refused(impatient.create(WorktreeRequest.branch("x"))).reason());
      assertTrue(TestRepository.refused(impatient.remove(tree)).has(Obstacle.Kind.REPOSITORY_BUSY));

      other.getOutputStream().close();
      TestRepository.made(repository.service().create(WorktreeRequest.branch("x")));
      assertTrue(other.waitFor(1, TimeUnit.MINUTES));
    } finally {
      other.destroyForcibly();
    }
  }

  /**
   * Another JVM. With a repository and a name it makes worktrees in several threads and removes
   * half of them; with a lock's file it holds the lock until its input ends.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 1) {
      Path lock = Path.of(arguments[0]);
      Files.createDirectories(lock.getParent());
      try (LockFile.Held held = FileLocks.of(lock).lock(TestRepository.LOCK_WAIT)) {
        System.out.println("held");
        System.in.readAllBytes();
      }
      return;
    }
    Path repository = Path.of(arguments[0]);
    List<String> failures =
        inParallel(
            thread ->
                thread < 4 ? rounds(WorktreeService.of(repository), arguments[1] + thread) : "");
    failures.stream().filter(failure -> !failure.isEmpty()).forEach(System.out::println);
    System.out.println("done");
  }

  private static String rounds(WorktreeService service, String name) {
    for (int i = 0; i < EACH; i++) {
      Creation creation = service.create(WorktreeRequest.branch(name + "/" + i));
      if (creation.created().isEmpty()) {
        return creation.toString();
      }
      Worktree tree = creation.created().get();
      if (!service.changes(tree).isEmpty()) {
        return tree + " is not empty";
      }
      if (i % 2 == 1) {
        String removal = service.remove(tree).toString();
        if (!removal.startsWith("Removed")) {
          return removal;
        }
      }
    }
    return "";
  }

  private static void assertOneWinner(List<Creation> creations, Reason others) {
    assertEquals(
        1, creations.stream().filter(made -> made.created().isPresent()).count(), "" + creations);
    for (Creation creation : creations) {
      if (creation instanceof Creation.Refused refused) {
        assertEquals(others, refused.reason(), refused.text());
      }
    }
  }

  private static <T> List<T> inParallel(Work<T> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<T>> calls =
          IntStream.range(0, THREADS)
              .mapToObj(thread -> (Callable<T>) () -> work.run(thread))
              .toList();
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(calls)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static ProcessBuilder jvm(TestRepository repository, String... arguments)
      throws IOException {
    List<String> argv = new ArrayList<>();
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    argv.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath()));
    argv.add(ConcurrentWorktreesTest.class.getName());
    argv.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(repository.environment());
    return builder;
  }

  private static String classPath() throws IOException {
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    try (Stream<Path> own = Files.list(Path.of("target"))) {
      return String.join(
          File.pathSeparator,
          modules,
          classes,
          own.filter(path -> path.getFileName().toString().endsWith("classes"))
              .map(path -> path.toAbsolutePath().toString())
              .reduce("", (a, b) -> a + File.pathSeparator + b));
    }
  }

  private interface Work<T> {
    T run(int thread) throws Exception;
  }
}
