package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Faults;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removals and restorations that get no further than to any of their steps. */
class CutOffRemovalTest extends LeakFree {
  private static final RemovalRequest PLAIN = RemovalRequest.refusing();
  private static final RemovalRequest RESCUE = PLAIN.rescue();

  @TempDir Path temp;
  private TestRepository repository;
  private WorktreeService service;

  @BeforeEach
  void make_a_repository() {
    repository = TestRepository.create(temp);
    service = repository.service();
    // what the first of each kind leaves for good is there before anything is compared
    removed(service.remove(repository.worktree("first")));
    repository.git("pack-refs", "--all");
  }

  @Test
  void wherever_a_removal_is_cut_off_the_worktree_is_fully_there_or_fully_gone() {
    Worktree tree = repository.worktree("x");
    String there = repository.traces();
    int steps = steps(() -> removed(service.remove(tree, PLAIN)));
    assertTrue(steps > 4, steps + " steps");
    int gone = 0;
    repository.git("branch", "-D", "x");
    for (int step = 0; step < steps; step++) {
      Worktree again = repository.worktree("x");
      cutOffAt(step, again, PLAIN);

      repository.service();

      if (service.find("x").isPresent()) {
        assertEquals(there, repository.traces(), "cut off at " + step);
        assertEquals("", repository.gitIn(again.path(), "status", "--porcelain"));
        removed(service.remove(again));
      } else {
        gone++;
        assertGone(again, "cut off at " + step);
      }
      assertEquals(List.of(), TestRepository.children(repository.root.resolve(".trash")));
      assertEquals(
          List.of(), TestRepository.children(repository.main.resolve(".git/kugetsu/trash")));
      repository.git("branch", "-D", "x");
    }
    assertTrue(gone > 0 && gone < steps, gone + " of " + steps);
  }

  @Test
  void wherever_a_rescuing_removal_is_cut_off_the_work_is_there_or_rescued() {
    Worktree tree = repository.worktree("x");
    work(tree);
    workInSubmodule(tree);
    String image = TreeImage.of(repository, tree.path());
    String there = repository.traces();
    int steps = steps(() -> removed(service.remove(tree, RESCUE)));
    int gone = 0;
    for (int step = 0; step < steps; step++) {
      Rescue rescue = service.rescues().get(0);
      assertInstanceOf(Restoration.Restored.class, service.restore(rescue));
      assertTrue(service.discard(rescue));
      assertEquals(there, repository.traces());

      cutOffAt(step, tree, RESCUE);
      repository.service();

      if (service.find("x").isPresent()) {
        assertEquals(there, repository.traces(), "cut off at " + step);
        assertEquals(image, TreeImage.of(repository, tree.path()), "cut off at " + step);
        removed(service.remove(tree, RESCUE));
      } else {
        gone++;
        assertGone(tree, "cut off at " + step);
      }
    }
    assertTrue(gone > 0 && gone < steps, gone + " of " + steps);
    assertEquals(1, service.rescues().size());
    assertEquals("", repository.git("fsck", "--no-dangling", "--no-progress"));
  }

  @Test
  void wherever_a_restoration_is_cut_off_the_worktree_is_fully_there_or_fully_gone() {
    Worktree tree = repository.worktree("x");
    work(tree);
    String image = TreeImage.of(repository, tree.path());
    Rescue rescue = removed(service.remove(tree, RESCUE)).rescue().orElseThrow();
    repository.git("branch", "-D", "x");
    String gone = repository.traces();
    int steps = steps(() -> service.restore(rescue));
    String there = repository.traces();
    int came = 0;
    for (int step = 0; step < steps; step++) {
      Rescue again = removed(service.remove(tree, RESCUE)).rescue().orElseThrow();
      assertTrue(service.discard(again));
      repository.git("branch", "-D", "x");
      assertEquals(gone, repository.traces());
      try (Faults faults = Faults.killAt(step)) {
        service.restore(rescue);
      } catch (Faults.Killed e) {
        assertTrue(step < steps);
      }

      repository.service();

      if (service.find("x").isPresent()) {
        came++;
        assertEquals(there, repository.traces(), "cut off at " + step);
        assertEquals(image, TreeImage.of(repository, tree.path()), "cut off at " + step);
      } else {
        assertEquals(gone, repository.traces(), "cut off at " + step);
        assertInstanceOf(Restoration.Restored.class, service.restore(rescue));
      }
    }
    assertTrue(came > 0 && came < steps, came + " of " + steps);
  }

  private static void work(Worktree tree) {
    TestRepository.write(tree.path().resolve("a.txt"), "changed");
    TestRepository.write(tree.path().resolve("new/file"), "new");
  }

  /** Commits that are nowhere else, staged and other files; all of that goes with the entry. */
  private void workInSubmodule(Worktree tree) {
    Path sub = new LosableWork.Place(repository, tree).submodule();
    repository.commitIn(sub, "not pushed");
    TestRepository.write(sub.resolve("a.txt"), "staged");
    repository.gitIn(sub, "add", "a.txt");
    TestRepository.write(sub.resolve("a.txt"), "edited");
    TestRepository.write(sub.resolve("new/file"), "new");
  }

  private static int steps(Runnable action) {
    try (Faults faults = Faults.none()) {
      action.run();
      return faults.steps().size();
    }
  }

  private void cutOffAt(int step, Worktree tree, RemovalRequest request) {
    try (Faults faults = Faults.killAt(step)) {
      service.remove(tree, request);
    } catch (Faults.Killed e) {
      return; // as planned
    }
  }

  private void assertGone(Worktree tree, String when) {
    assertEquals(Optional.empty(), service.find(tree.name()), when);
    assertTrue(Files.notExists(tree.path()), when);
    assertEquals(
        List.of(), TestRepository.children(repository.main.resolve(".git/worktrees")), when);
    // what is half written goes once its program is really dead
    assertEquals(
        List.of(),
        TestRepository.children(repository.main.resolve(".git/kugetsu/begun")).stream()
            .filter(name -> !name.startsWith("."))
            .toList(),
        when);
  }
}
