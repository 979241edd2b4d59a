package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Faults;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.making.HalfMade;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.CutOffLock;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A creation that gets no further than to any of its steps, and what the next opening finds. */
class CutOffCreationTest extends LeakFree {
  @TempDir Path temp;

  private TestRepository repository;
  private WorktreeService service;

  @BeforeEach
  void makeRepository() {
    repository = TestRepository.create(temp);
    service = repository.service();
    // what the first creation leaves for good is there before anything is compared
    repository.worktree("first");
    repository.git("pack-refs", "--all");
  }

  @Test
  void wherever_it_is_cut_off_it_is_fully_there_or_fully_gone() {
    String before = repository.traces();
    int whole = 0;
    int steps = steps();
    assertTrue(steps > 10, "it has steps");
    for (int step = 0; step <= steps; step++) {
      cutOffAt(step);

      repository.service();

      whole += assertThereOrGone("cut off at " + step, before);
    }
    assertTrue(whole > 0 && whole < steps, whole + " of " + steps + " were there");
  }

  @Test
  void also_when_it_is_cut_off_again_while_that_is_settled() {
    String before = repository.traces();
    int steps = steps();
    int cut = 0;
    for (int step = 2; step <= steps; step += 2) {
      cutOffAt(step);
      try (Faults faults = Faults.killAt(step % 4)) {
        repository.service();
      } catch (Faults.Killed e) {
        assertFalse(Begun.left(registry()).isEmpty(), "there is something left to settle");
        cut++;
      }

      repository.service();

      assertThereOrGone("cut off at " + step + " and again", before);
    }
    assertTrue(cut > 2, cut + " were cut off again");
  }

  @Test
  void what_killed_git_left_locked_is_free_again_and_what_others_hold_stays() {
    String before = repository.traces();
    // killed with its lock in its hands
    String lock = repository.main.resolve(".git/refs/heads/x.lock").toString();
    WorktreeService killed =
        repository.serviceWithGit(
            "case \" $* \" in *' update-ref -m '*|*' --create-reflog '*) : > "
                + lock
                + "; kill -9 $$;; esac; exec $GIT \"$@\"");

    assertThrows(RuntimeException.class, () -> killed.create(WorktreeRequest.branch("x")));

    assertEquals(before, repository.traces());
    TestRepository.write(Path.of(lock), "");
    assertThrows(RuntimeException.class, () -> service.create(WorktreeRequest.branch("x")));
    assertTrue(Files.exists(Path.of(lock)), "it was there before");
  }

  /**
   * Other programs than git have such locks too, so no git at work does not say that it is left.
   */
  @Test
  void a_lock_that_came_before_a_branch_was_asked_for_is_not_ours() throws Exception {
    Path lock = repository.main.resolve(".git/refs/heads/x.lock");
    Path taken = Files.createDirectories(repository.root.resolve("x"));
    try (Begun begun = begunCreation()) {
      TestRepository.write(lock, "");
      HalfMade half = HalfMade.of(begun, new Git(repository.environment()), registry());
      assertEquals(Optional.empty(), half.undo(new ArrayList<>()));
      begun.done();
    }
    assertTrue(Files.exists(lock) && Files.exists(taken));
  }

  @Test
  void a_lock_that_somebody_is_at_work_with_stays() throws Exception {
    Path lock = repository.main.resolve(".git/refs/heads/x.lock");
    TestRepository.write(lock, "");
    ScheduledExecutorService other = Executors.newSingleThreadScheduledExecutor();
    try {
      ScheduledFuture<?> unused =
          other.scheduleWithFixedDelay(
              () -> TestRepository.write(lock, ""), 0, 200, TimeUnit.MILLISECONDS);
      Thread.currentThread().interrupt(); // no reason to look for a shorter time
      assertFalse(new CutOffLock(lock, Set.of("")).clear(registry()));
      assertTrue(Thread.interrupted());
    } finally {
      other.shutdownNow();
      assertTrue(other.awaitTermination(1, TimeUnit.MINUTES));
    }
    assertTrue(new CutOffLock(lock, Set.of("")).clear(registry()), "nobody is any more");
  }

  private Begun begunCreation() {
    TreeRecord record = new TreeRecord("x", "x", repository.head(), true);
    return Begun.begin(
        registry(),
        Begun.Kind.CREATE,
        "x",
        HalfMade.fields(registry(), repository.root, record, true));
  }

  @Test
  void a_branch_that_somebody_has_checked_out_or_committed_to_is_kept() {
    cutOffAt(steps() - 3);
    repository.git("update-ref", "refs/heads/x", repository.git("commit-tree", "-m", "w", "HEAD:"));

    repository.service();

    assertEquals("w", repository.git("log", "-1", "--format=%s", "x"));
    assertFalse(Files.exists(repository.root.resolve("x")));
    assertEquals(List.of(), TestRepository.children(repository.main.resolve(".git/kugetsu/begun")));
  }

  /** The file system may give the next directory the number that the last one had. */
  @Test
  void what_another_repository_made_in_its_place_since_is_not_taken_for_it() throws Exception {
    Path home = Files.createDirectory(temp.resolve("other"));
    TestRepository other = TestRepository.create(home);
    int made = 0;
    int steps = steps();
    for (int step = 1; step < steps; step++) {
      cutOffAt(step);
      Path note = repository.root.resolve(".making/x");
      if (Files.exists(note)) { // later on git knows of it, and nobody else can have the place
        // this program lives, but whoever is cut off does not
        Files.writeString(note, Files.readString(note).replaceFirst("^\\d+ \\d+", "1 1"));
        made += othersWorkStays(other, "cut off at " + step);
      }
      repository.service();
      service.find("x").ifPresent(whole -> TestRepository.removed(repository.remove(whole)));
      repository.tryGitIn(repository.main, "branch", "-q", "-D", "x");
    }
    assertTrue(made > 1, made + " were made by the other one");
  }

  /** 1 when the other repository got the place. */
  private int othersWorkStays(TestRepository other, String when) throws Exception {
    GitWorktrees sameRoot =
        new GitWorktrees(
            new Git(other.environment()), other.main, repository.root, TestRepository.LOCK_WAIT);
    if (!(sameRoot.create(WorktreeRequest.branch("x")) instanceof Creation.Created theirs)) {
      return 0;
    }
    Path work = theirs.worktree().path().resolve("work");
    Files.writeString(work, "theirs");

    repository.service();

    assertEquals("theirs", Files.readString(work), when);
    TestRepository.removed(
        sameRoot.remove(theirs.worktree(), RemovalRequest.refusing().discardAll()));
    other.git("branch", "-q", "-D", "x");
    return 1;
  }

  private Registry registry() {
    return new Registry(repository.main.resolve(".git"), TestRepository.LOCK_WAIT);
  }

  private int steps() {
    try (Faults faults = Faults.none()) {
      Worktree made = TestRepository.made(service.create(WorktreeRequest.branch("counted")));
      int steps = faults.steps().size();
      faults.close();
      TestRepository.removed(repository.remove(made));
      repository.git("branch", "-D", "counted");
      return steps;
    }
  }

  private void cutOffAt(int step) {
    try (Faults faults = Faults.killAt(step)) {
      service.create(WorktreeRequest.branch("x"));
    } catch (Faults.Killed e) {
      return; // as planned
    }
  }

  /** 1 when it is there. */
  private int assertThereOrGone(String when, String before) {
    int there = 0;
    for (Worktree tree : service.list()) {
      if (tree.name().equals("x")) {
        there++;
        assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"), when);
        TestRepository.removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));
        repository.git("branch", "-q", "-D", "x");
      }
    }
    assertEquals(before, repository.traces(), when);
    return there;
  }
}
