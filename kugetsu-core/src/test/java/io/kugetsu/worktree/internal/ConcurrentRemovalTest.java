package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.refused;
import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Faults;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Integration;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Restoration.Reason;
import io.kugetsu.worktree.WorkState;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two services at one worktree or rescue. One of them is held at a git that it is about to run
 * while the other one does all of its work; so nothing here is left to luck.
 */
class ConcurrentRemovalTest extends LeakFree {
  private static final RemovalRequest RESCUE = RemovalRequest.refusing().rescue();

  private static TestRepository template;

  @TempDir Path temp;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private TestRepository repository;
  private Worktree tree;

  @BeforeAll
  static void make_a_repository(@TempDir Path once) {
    template = TestRepository.create(once);
  }

  @BeforeEach
  void make_a_worktree() throws IOException {
    repository = template.copy(temp);
    tree = repository.worktree("x");
  }

  @AfterEach
  void end() throws InterruptedException {
    thread.shutdownNow();
    assertTrue(thread.awaitTermination(1, TimeUnit.MINUTES));
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "fast-import", "update-ref", "ls-tree", "rev-list --objects"})
  void who_rescues_it_too_late_is_told_that_it_is_gone(String held) throws Exception {
    TestRepository.write(tree.path().resolve("new"), "new");
    String image = TreeImage.files(tree.path());
    Held<Removal> removal = hold(held, service -> service.remove(tree, RESCUE));

    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();

    assertTrue(refused(removal.goOn()).has(Kind.NOT_REGISTERED));
    assertEquals(List.of(rescue), repository.service().rescues());
    assertEquals(List.of(), begun());
    assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));
    assertEquals(image, TreeImage.files(tree.path()));
  }

  @Test
  void what_was_rescued_of_a_worktree_that_others_discard_stays() throws Exception {
    TestRepository.write(tree.path().resolve("new"), "new");
    Held<Removal> removal = hold("rev-list --objects", service -> service.remove(tree, RESCUE));

    removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));

    assertTrue(refused(removal.goOn()).has(Kind.NOT_REGISTERED));
    assertEquals(1, repository.service().rescues().size());
    assertEquals(List.of(), begun());
  }

  @Test
  void who_removes_it_too_late_is_told_that_it_is_gone() throws Exception {
    Held<Removal> removal = hold("status", service -> service.remove(tree));

    removed(repository.remove(tree));

    assertTrue(refused(removal.goOn()).has(Kind.NOT_REGISTERED));
    assertEquals(List.of(), begun());
  }

  @Test
  void who_looks_while_others_are_taking_it_is_told_that_it_is_gone() throws Exception {
    // so that both removals take the same steps
    Files.createDirectories(repository.root.resolve(".trash"));
    Files.createDirectories(repository.main.resolve(".git/kugetsu/trash"));
    Worktree other = repository.worktree("y");
    int middle;
    try (Faults faults = Faults.none()) {
      removed(repository.service().remove(other));
      List<String> steps = faults.steps();
      middle = steps.indexOf(steps.stream().filter(this::takesEntry).findFirst().orElseThrow());
    }
    WorktreeService service = repository.service();
    List<Future<Removal>> second = new ArrayList<>();
    try (Faults faults =
        Faults.doAt(
            middle,
            () -> {
              assertFalse(Files.exists(tree.path()), "its entry is there yet");
              second.add(thread.submit(() -> repository.remove(tree)));
              Eventually.isTrue(() -> second.get(0).isDone() || isIn(".LockFile", "lockThreads"));
            })) {
      removed(service.remove(tree));
    }

    Removal late = second.get(0).get(2, TimeUnit.MINUTES);
    assertTrue(refused(late).has(Kind.NOT_REGISTERED), late.toString());
  }

  private boolean takesEntry(String step) {
    return step.startsWith("RENAME " + repository.main.resolve(".git/kugetsu/trash"))
        && step.endsWith(".taken");
  }

  /** Whether any thread is in a method. */
  private static boolean isIn(String type, String method) {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(
            frame -> frame.getClassName().endsWith(type) && frame.getMethodName().equals(method));
  }

  /** Java begins it as a small program of its own, in the worktree. */
  @Test
  void git_of_ours_that_is_only_about_to_begin_is_nobody_at_work() throws Exception {
    Path spawner = temp.resolve("jspawnhelper");
    Fifo begun = Fifo.create(temp.resolve("begun"));
    Fifo go = Fifo.create(temp.resolve("go"));
    TestRepository.write(
        spawner,
        "#!/bin/sh\necho x > "
            + begun.path()
            + "\nread x < "
            + go.path()
            + "\nexec git hash-object --stdin\n");
    TestRepository.makeExecutable(spawner);
    Process git = new ProcessBuilder(spawner.toString()).directory(tree.path().toFile()).start();
    try {
      begun.read();
      Future<WorkState> look = thread.submit(() -> repository.service().workState(tree));
      Eventually.isTrue(() -> look.isDone() || isIn(".TreeProcesses", "awaitProgram"));
      go.write("on");

      assertEquals(List.of(), look.get(2, TimeUnit.MINUTES).obstacles());
    } finally {
      git.destroyForcibly().waitFor();
    }
  }

  /** As it asks for the status of each submodule. */
  @Test
  void git_that_git_of_ours_asks_is_nobody_at_work() throws Exception {
    Path asking = temp.resolve("asking/git");
    TestRepository.write(asking, "#!/bin/sh\ngit hash-object --stdin\nexit\n");
    TestRepository.makeExecutable(asking);
    Process git = new ProcessBuilder(asking.toString()).directory(tree.path().toFile()).start();
    try {
      Eventually.isTrue(() -> git.descendants().count() == 1);

      assertEquals(List.of(), repository.service().workState(tree).obstacles());
    } finally {
      git.getOutputStream().close();
      assertTrue(git.waitFor(1, TimeUnit.MINUTES));
    }
  }

  @Test
  void who_integrates_it_too_late_is_told_that_it_is_gone() throws Exception {
    repository.commitIn(tree.path(), "work");
    Held<Integration> integration =
        hold("status", service -> service.integrate(tree, IntegrationRequest.into("main")));

    removed(repository.remove(tree));

    ExecutionException failure = assertThrows(ExecutionException.class, integration::goOn);
    RepositoryException gone = assertInstanceOf(RepositoryException.class, failure.getCause());
    assertEquals(Problem.NOT_THAT_WORKTREE, gone.problem());
    assertEquals(List.of(), begun());
    assertEquals("", repository.git("status", "--porcelain"));
  }

  @Test
  void what_was_read_before_it_went_comes_home_all_the_same() throws Exception {
    TestRepository.write(tree.path().resolve("work"), "work");
    repository.commitIn(tree.path(), "work");
    repository.commit("main goes on");
    Held<Integration> integration =
        hold(
            "merge-tree",
            service -> service.integrate(tree, IntegrationRequest.into("main").by(Method.MERGE)));

    removed(repository.remove(tree));

    assertInstanceOf(Integration.Integrated.class, integration.goOn());
    assertTrue(Files.exists(repository.main.resolve("work")));
    assertEquals("", repository.git("status", "--porcelain"));
  }

  @Test
  void a_removal_does_not_mind_that_it_comes_home_meanwhile() throws Exception {
    repository.commitIn(tree.path(), "work");
    Held<Removal> removal =
        hold(
            "status",
            service ->
                service.remove(tree, RemovalRequest.refusing().deleteBranchIfIntegrated("main")));

    assertInstanceOf(
        Integration.Integrated.class,
        repository.service().integrate(tree, IntegrationRequest.into("main")));

    assertInstanceOf(Removal.Removed.class, removal.goOn());
    assertEquals("", repository.git("branch", "--list", "x"));
  }

  @Test
  void who_restores_it_too_late_is_told_that_it_is_there() throws Exception {
    TestRepository.write(tree.path().resolve("new"), "new");
    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();
    Held<Restoration> restoration = hold("cat-file", service -> service.restore(rescue));

    assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));
    String traces = repository.traces();

    Restoration.Refused late = assertInstanceOf(Restoration.Refused.class, restoration.goOn());
    assertEquals(Reason.EXISTING_PATH, late.reason());
    assertEquals(List.of(), begun());
    assertEquals(List.of(), TestRepository.children(repository.root.resolve(".restoring")));
    assertFalse(traces.isEmpty());
    assertEquals("new", TestRepository.contents(tree.path().resolve("new")));
  }

  @Test
  void what_is_given_up_while_it_is_restored_is_restored_or_told_to_be_gone() throws Exception {
    TestRepository.write(tree.path().resolve("new"), "new");
    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();
    String traces = repository.traces();
    Held<Restoration> restoration = hold("cat-file", service -> service.restore(rescue));

    assertTrue(repository.service().discard(rescue));
    assertFalse(repository.service().discard(rescue), "it was before");
    repository.git("prune", "--expire=now");

    Restoration.Refused late = assertInstanceOf(Restoration.Refused.class, restoration.goOn());
    assertEquals(Reason.NO_SUCH_RESCUE, late.reason());
    assertFalse(Files.exists(tree.path()));
    assertEquals(List.of(), begun());
    assertFalse(repository.traces().contains(rescue.ref()));
    assertTrue(traces.contains(rescue.ref()));
  }

  private List<String> begun() {
    return TestRepository.children(repository.main.resolve(".git/kugetsu/begun")).stream()
        .filter(name -> !name.startsWith("."))
        .toList();
  }

  /** Has a service begin something and holds it at the first git of a kind. */
  private <T> Held<T> hold(String asked, Function<WorktreeService, T> work) throws Exception {
    Fifo reached = Fifo.create(temp.resolve("reached"));
    Fifo go = Fifo.create(temp.resolve("go"));
    Path once = temp.resolve("once");
    WorktreeService service =
        repository.serviceWithGit(
            "case \" $* \" in *' "
                + asked
                + " '*) mkdir "
                + once
                + " 2>/dev/null && { echo x > "
                + reached.path()
                + "; read x < "
                + go.path()
                + "; };; esac\nexec $GIT \"$@\"");
    Future<T> result = thread.submit(() -> work.apply(service));
    reached.read();
    return new Held<>(result, go);
  }

  private record Held<T>(Future<T> result, Fifo go) {
    T goOn() throws Exception {
      go.write("on");
      return result.get(2, TimeUnit.MINUTES);
    }
  }
}
