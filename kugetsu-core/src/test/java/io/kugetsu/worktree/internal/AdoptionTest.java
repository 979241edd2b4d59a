package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Faults;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptionTest extends LeakFree {
  @TempDir Path temp;
  private TestRepository repository;
  private WorktreeService service;

  @BeforeEach
  void make() {
    repository = TestRepository.create(temp);
    service = repository.service();
  }

  @Test
  void a_worktree_that_a_person_made_is_one_of_ours_from_then_on() throws IOException {
    String base = repository.head();
    Path place = add("elsewhere/mine", "feature/a");
    TestRepository.write(place.resolve("a.txt"), "changed\n");
    repository.commitIn(place, "mine");
    repository.commit("main went on");

    Worktree tree = made(service.adopt(place));

    assertEquals(
        new Worktree("mine", place, "feature/a", base, repository.main.resolve(".git")), tree);
    assertEquals(List.of(tree), service.list());
    assertEquals(Optional.of(tree), service.find("mine"));
    assertEquals(tree, made(service.adopt(place.resolve("../mine"))));
    assertEquals(1, service.changes(tree).commitCount());
    assertTrue(repository.git("worktree", "list", "--porcelain").contains("locked kugetsu mine"));
    assertEquals("", repository.gitIn(place, "status", "--porcelain"));
    // from another root too
    WorktreeService other =
        new GitWorktrees(
            new Git(repository.environment()),
            repository.main,
            repository.home.resolve("other"),
            TestRepository.LOCK_WAIT);
    assertEquals(List.of(tree), other.list());
  }

  @Test
  void wherever_it_is_cut_off_it_is_adopted_and_locked_or_as_it_was() throws IOException {
    int ours = 0;
    int step = 0;
    for (boolean cut = true; cut; step++) {
      Path place = add("cut" + step, "cut" + step);
      String before = repository.traces();
      cut = isCutOffAt(step, place);

      WorktreeService next = repository.service();

      Optional<Worktree> found = next.find("cut" + step);
      if (found.isEmpty()) {
        assertEquals(before, repository.traces(), "cut off at " + step);
        assertEquals(
            List.of(),
            files(repository.main.resolve(".git/worktrees/cut" + step)).stream()
                .filter(name -> name.contains("kugetsu"))
                .toList());
      } else {
        ours++;
        assertTrue(repository.traces().contains("locked kugetsu cut" + step), "cut off at " + step);
        TestRepository.removed(next.remove(found.get()));
      }
      assertEquals(List.of(), files(repository.main.resolve(".git/kugetsu/begun")));
    }
    assertTrue(ours > 1 && ours < step, ours + " of " + step);
  }

  /** Without what is half written, which goes once its program is really dead. */
  private static List<String> files(Path directory) {
    return TestRepository.children(directory).stream()
        .filter(name -> !name.startsWith("."))
        .toList();
  }

  /** Whether it got no further than that. */
  private boolean isCutOffAt(int step, Path place) {
    try (Faults faults = Faults.killAt(step)) {
      made(service.adopt(place));
      return false;
    } catch (Faults.Killed e) {
      return true;
    }
  }

  @Test
  void what_changes_are_measured_from_is_where_the_remote_default_was_left() {
    Path clone = repository.home.resolve("clone");
    repository.git("clone", "--quiet", repository.main.toString(), clone.toString());
    String base = repository.head();
    repository.commitIn(clone, "local only");
    Path place = repository.home.resolve("mine");
    repository.gitIn(clone, "worktree", "add", "-q", "-b", "x", place.toString());

    assertEquals(base, made(repository.service(clone).adopt(place)).baseCommit());
    // of unrelated ones there is no such place
    repository.gitIn(place, "checkout", "-q", "--orphan", "lone");
    repository.commitIn(place, "alone");
    Path second = repository.home.resolve("second");
    repository.gitIn(clone, "worktree", "add", "-q", "-b", "y", second.toString(), "lone");
    assertEquals(
        repository.gitIn(second, "rev-parse", "HEAD"),
        made(repository.service(clone).adopt(second)).baseCommit());
  }

  @Test
  void two_of_the_same_name_get_different_ones_and_nothing_new_takes_them() {
    Path first = add("a/Same Dir", "a");
    Path second = add("b/Same Dir", "b");

    Worktree one = made(service.adopt(first));
    Worktree two = made(service.adopt(second));

    assertTrue(one.name().startsWith("same-dir-"));
    assertFalse(one.name().equals(two.name()));
    assertEquals(Optional.of(one), service.find(one.name()));
    assertEquals(Optional.of(two), service.find(two.name()));
    assertEquals(
        Reason.EXISTING_PATH,
        refused(service.create(WorktreeRequest.branch("x").named(one.name()))).reason());
    made(service.adopt(add("a/plain", "p")));
    made(service.create(WorktreeRequest.branch("taken")));
    assertFalse(made(service.adopt(add("a/taken", "t"))).name().equals("taken"));
  }

  @Test
  void what_is_no_worktree_of_this_repository_is_refused() throws IOException {
    TestRepository other = TestRepository.create(Files.createDirectory(temp.resolve("other")));
    Path foreign = other.worktree("x").path();
    Path detached = add("detached", "d");
    repository.gitIn(detached, "checkout", "-q", "--detach");
    Path unborn = add("unborn", "u");
    repository.gitIn(unborn, "checkout", "-q", "--orphan", "empty");
    Path locked = add("locked", "l");
    repository.git("worktree", "lock", "--reason", "mine", locked.toString());
    Path broken = add("broken", "k");
    TestRepository.write(broken.resolve(".git"), "gitdir: /nowhere\n");
    String before = repository.traces();

    for (Path path :
        List.of(
            repository.main,
            repository.home,
            repository.home.resolve("none"),
            repository.main.resolve("a.txt"),
            detached.resolve("lib"),
            foreign,
            broken)) {
      assertEquals(Reason.NOT_A_WORKTREE, refused(service.adopt(path)).reason(), path.toString());
    }
    assertEquals(Reason.NO_BRANCH, refused(service.adopt(detached)).reason());
    assertEquals(Reason.UNBORN_HEAD, refused(service.adopt(unborn)).reason());
    assertEquals(Reason.LOCKED_BY_OTHERS, refused(service.adopt(locked)).reason());
    assertEquals(before, repository.traces());
    assertEquals(List.of(), service.list());
  }

  @Test
  void a_worktree_that_is_kept_is_not_removed_until_it_is_unlocked() {
    Worktree tree = repository.worktree("x");

    assertTrue(service.lock(tree, "a demo\nruns"));
    assertTrue(service.lock(tree, "a demo"));

    assertTrue(
        repository
            .git("worktree", "list", "--porcelain")
            .contains("locked kugetsu x, kept: a demo"));
    assertTrue(refused(repository.service().remove(tree)).has(Obstacle.Kind.LOCKED_BY_OTHERS));
    assertEquals(List.of(tree), service.list());
    assertTrue(service.unlock(tree));
    assertTrue(service.unlock(tree));
    assertTrue(repository.git("worktree", "list", "--porcelain").contains("locked kugetsu x"));
    TestRepository.removed(service.remove(tree));
    assertThrows(RepositoryException.class, () -> service.lock(tree, "too late"));
  }

  @Test
  void what_somebody_else_locked_is_theirs() {
    Worktree tree = repository.worktree("x");
    repository.git("worktree", "unlock", tree.path().toString());
    assertTrue(service.unlock(tree));
    repository.git("worktree", "unlock", tree.path().toString());
    repository.git("worktree", "lock", "--reason", "mine", tree.path().toString());

    assertFalse(service.lock(tree, "x"));
    assertFalse(service.unlock(tree));

    assertTrue(repository.git("worktree", "list", "--porcelain").contains("locked mine"));
  }

  @Test
  void an_adopted_worktree_is_removed_like_any_other_and_its_branch_stays() {
    Worktree tree = made(service.adopt(add("elsewhere/mine", "mine")));
    TestRepository.write(tree.path().resolve("work"), "w");
    assertTrue(refused(service.remove(tree)).has(Obstacle.Kind.UNTRACKED_FILES));
    assertTrue(tree.path().resolve("work").toFile().delete());

    TestRepository.removed(service.remove(tree));

    assertFalse(Files.exists(tree.path()));
    assertEquals(List.of(), service.list());
    assertEquals(repository.head(), repository.git("rev-parse", "mine"));
    assertEquals(List.of(), TestRepository.children(repository.main.resolve(".git/worktrees")));
  }

  private Path add(String place, String branch) {
    Path path = repository.home.resolve(place);
    repository.git("worktree", "add", "-q", "-b", branch, path.toString());
    return path;
  }
}
