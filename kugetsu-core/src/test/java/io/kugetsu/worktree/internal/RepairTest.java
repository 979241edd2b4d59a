package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.RepairReport;
import io.kugetsu.worktree.RepairReport.Finding;
import io.kugetsu.worktree.RepairReport.Kind;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairTest {
  private static final RepairReport NOTHING = new RepairReport(List.of(), List.of());

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void make() {
    repository = TestRepository.create(temp);
  }

  @Test
  void nothing_is_reported_where_nothing_is_out_of_order() {
    assertEquals(NOTHING, repository.service().repair());
    repository.worktree("x");
    repository.git("worktree", "add", "-q", "-b", "other", repository.home + "/other");
    Trees.delete(repository.home.resolve("other"));

    assertEquals(NOTHING, repository.service().repair(), "what is not ours is left alone");
  }

  @Test
  void a_worktree_that_was_moved_away_is_found_when_its_place_is_told() throws IOException {
    Worktree tree = repository.worktree("x");
    stage(tree.path());
    Path place = repository.home.resolve("moved");
    Files.move(tree.path(), place);
    WorktreeService service = repository.service();
    assertEquals(Kind.MISSING_DIRECTORY, only(service.repair().unrepaired()).kind());

    RepairReport report = service.repair(place);

    assertEquals(
        new Finding(Kind.MOVED_WORKTREE, place, "was at " + tree.path()), only(report.repaired()));
    Worktree found = service.find("x").orElseThrow();
    assertEquals(place, found.path());
    assertEquals(List.of(found), service.list());
    assertWorks(place);
    assertEquals(NOTHING, service.repair());
  }

  @Test
  void a_worktree_that_was_renamed_below_the_root_is_found() throws IOException {
    Worktree tree = repository.worktree("x");
    stage(tree.path());
    Path place = repository.root.resolve("renamed");
    Files.move(tree.path(), place);

    RepairReport report = repository.service().repair();

    assertEquals(Kind.MOVED_WORKTREE, only(report.repaired()).kind());
    assertEquals(List.of(), report.unrepaired());
    assertEquals(place, repository.service().find("x").orElseThrow().path());
    assertWorks(place);
  }

  @Test
  void worktrees_of_a_repository_that_was_moved_lead_to_it_again() throws IOException {
    Worktree tree = repository.worktree("x");
    stage(tree.path());
    Path main = repository.home.resolve("main2");
    Files.move(repository.main, main);

    RepairReport report = repository.service(main).repair();

    assertEquals(Kind.MOVED_REPOSITORY, only(report.repaired()).kind());
    assertEquals(List.of(), report.unrepaired());
    assertWorks(tree.path());
  }

  @Test
  void both_may_have_been_moved() throws IOException {
    Worktree tree = repository.worktree("x");
    stage(tree.path());
    Path main = repository.home.resolve("main2");
    Path place = repository.home.resolve("place");
    Files.move(repository.main, main);
    Files.move(tree.path(), place);

    RepairReport report = repository.service(main).repair(place);

    assertEquals(Kind.MOVED_WORKTREE, only(report.repaired()).kind());
    assertWorks(place);
    assertEquals(place, repository.service(main).find("x").orElseThrow().path());
  }

  @Test
  void what_could_be_either_of_two_is_not_guessed() throws IOException {
    Worktree tree = repository.worktree("x");
    Path copy = repository.home.resolve("copy");
    Path moved = repository.home.resolve("moved");
    Files.createDirectory(copy);
    Files.copy(tree.path().resolve(".git"), copy.resolve(".git"));
    Files.move(tree.path(), moved);

    RepairReport report = repository.service().repair(copy, moved);

    assertEquals(Kind.MISSING_DIRECTORY, only(report.unrepaired()).kind());
    assertEquals(List.of(), report.repaired());
    assertEquals(Kind.MOVED_WORKTREE, only(repository.service().repair(moved).repaired()).kind());
  }

  @Test
  void another_repositorys_worktree_at_the_place_is_left_alone() throws IOException {
    Worktree tree = repository.worktree("x");
    Files.move(tree.path(), repository.home.resolve("away"));
    TestRepository other = TestRepository.create(Files.createDirectory(temp.resolve("other")));
    other.git("worktree", "add", "-q", "-b", "theirs", tree.path().toString());
    String theirs = Files.readString(tree.path().resolve(".git"));

    RepairReport report = repository.service().repair();

    assertEquals(Kind.FOREIGN_DIRECTORY, only(report.unrepaired()).kind());
    assertEquals(theirs, Files.readString(tree.path().resolve(".git")));
    assertEquals("theirs", other.gitIn(tree.path(), "branch", "--show-current"));
  }

  @Test
  void a_directory_that_was_made_anew_at_the_place_is_left_alone() throws IOException {
    Worktree tree = repository.worktree("x");
    Trees.delete(tree.path());
    TestRepository.write(tree.path().resolve("mine"), "m");

    assertEquals(Kind.FOREIGN_DIRECTORY, only(repository.service().repair().unrepaired()).kind());
    assertEquals(List.of("mine"), TestRepository.children(tree.path()));
  }

  @Test
  void a_worktree_that_was_pruned_is_told_and_its_files_stay() {
    Worktree tree = repository.worktree("x");
    repository.git("worktree", "unlock", tree.path().toString());
    Path aside = repository.home.resolve("aside");
    assertTrue(tree.path().toFile().renameTo(aside.toFile()));
    repository.git("worktree", "prune");
    assertTrue(aside.toFile().renameTo(tree.path().toFile()));

    Finding finding = only(repository.service().repair().unrepaired());

    assertEquals(Kind.FORGOTTEN_WORKTREE, finding.kind());
    assertEquals(tree.path(), finding.path());
    assertTrue(Files.exists(tree.path().resolve("a.txt")));
  }

  @Test
  void a_worktree_that_somebody_unlocked_is_locked_again_and_survives_a_prune() throws IOException {
    Worktree tree = repository.worktree("x");
    repository.git("worktree", "unlock", tree.path().toString());

    assertEquals(Kind.UNLOCKED, only(repository.service().repair().repaired()).kind());

    Path aside = repository.home.resolve("aside");
    Files.move(tree.path(), aside);
    repository.git("worktree", "prune");
    Files.move(aside, tree.path());
    assertEquals(Optional.of(tree), repository.service().find("x"));
    assertWorksWith(tree.path(), "");
  }

  @Test
  void what_was_kept_stays_kept_when_it_is_moved() throws IOException {
    WorktreeService service = repository.service();
    Worktree tree = made(service.create(WorktreeRequest.branch("x")));
    service.lock(tree, "demo");
    Path place = repository.home.resolve("moved");
    Files.move(tree.path(), place);

    service.repair(place);

    assertTrue(repository.git("worktree", "list", "--porcelain").contains("kept: demo"));
  }

  private void stage(Path tree) {
    TestRepository.write(tree.resolve("staged"), "s");
    repository.gitIn(tree, "add", "staged");
  }

  private void assertWorks(Path tree) {
    assertWorksWith(tree, "A  staged");
  }

  private void assertWorksWith(Path tree, String status) {
    assertEquals(status, repository.gitIn(tree, "status", "--porcelain"));
    assertTrue(
        repository.gitIn(tree, "worktree", "list", "--porcelain").contains("worktree " + tree));
  }

  private static Finding only(List<Finding> findings) {
    assertEquals(1, findings.size(), findings.toString());
    return findings.get(0);
  }
}
