package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Faults;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void a_branch_that_somebody_has_checked_out_or_committed_to_is_kept() {
    cutOffAt(steps() - 3);
    repository.git("update-ref", "refs/heads/x", repository.git("commit-tree", "-m", "w", "HEAD:"));

    repository.service();

    assertEquals("w", repository.git("log", "-1", "--format=%s", "x"));
    assertFalse(Files.exists(repository.root.resolve("x")));
    assertEquals(List.of(), TestRepository.children(repository.main.resolve(".git/kugetsu/begun")));
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
