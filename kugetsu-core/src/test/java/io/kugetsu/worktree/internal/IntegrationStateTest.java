package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.IntegrationState;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.removal.BranchDeletion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntegrationStateTest {
  @TempDir Path temp;
  private TestRepository repository;
  private WorktreeService service;
  private Worktree tree;

  @BeforeEach
  void make_a_worktree_with_two_commits() {
    repository = TestRepository.create(temp);
    service = repository.service();
    tree = repository.worktree("x");
    work("a.txt", "changed\n");
    work("b.txt", "new\n");
  }

  @Test
  void work_that_is_nowhere_else_is_not_integrated() {
    assertState(IntegrationState.NOT);
    mainGoesOn("other", "1\n");
    assertState(IntegrationState.NOT);
    mainGoesOn("a.txt", "conflicts\n");
    assertState(IntegrationState.NOT);
  }

  @Test
  void a_new_worktree_and_one_that_was_merged_are_there_by_their_commits() {
    assertEquals(
        IntegrationState.ANCESTOR, service.integration(repository.worktree("fresh"), "main"));
    mainGoesOn("other", "1\n");
    integrate(Method.MERGE);
    mainGoesOn("a.txt", "goes on\n");
    assertState(IntegrationState.ANCESTOR);
  }

  @Test
  void after_a_rebase_each_change_is_found_also_if_the_target_went_on() {
    mainGoesOn("other", "1\n");
    integrate(Method.REBASE);
    mainGoesOn("a.txt", "goes on\n");
    assertState(IntegrationState.PATCHES);
  }

  @Test
  void after_a_squash_the_whole_change_is_found_also_if_the_target_went_on() {
    integrate(Method.SQUASH);
    assertState(IntegrationState.SAME_TREE);
    mainGoesOn("a.txt", "goes on\n");
    assertState(IntegrationState.SQUASHED);
  }

  @Test
  void after_a_squash_with_something_else_a_merge_adds_nothing() {
    repository.write("a.txt", "changed\n");
    repository.write("b.txt", "new\n");
    mainGoesOn("other", "in the same commit\n");
    assertState(IntegrationState.MERGE_ADDS_NOTHING);
  }

  /** Git's own comparison of changes leaves out white space. */
  @Test
  void another_indentation_is_another_change() {
    repository.write("f.py", "while a:\n  b\n  c\n");
    repository.commit("on both");
    Worktree moved = repository.worktree("moved");
    String out = "while a:\n  b\nc\n";
    TestRepository.write(moved.path().resolve("f.py"), out);
    repository.commitIn(moved.path(), "out of the loop");
    mainGoesOn("f.py", "while a:\n  b\n    c\n");
    assertEquals(IntegrationState.NOT, service.integration(moved, "main"));

    repository.git("reset", "-q", "--hard", "HEAD~1");
    mainGoesOn("f.py", out);
    mainGoesOn("f.py", out + "d\n");
    assertEquals(IntegrationState.PATCHES, service.integration(moved, "main"));
  }

  @Test
  void contents_that_are_no_text_are_compared_as_a_whole() {
    Worktree binary = repository.worktree("binary");
    TestRepository.write(binary.path().resolve("p.png"), "\0one");
    repository.commitIn(binary.path(), "a picture");
    mainGoesOn("p.png", "\0other");
    assertEquals(IntegrationState.NOT, service.integration(binary, "main"));

    repository.git("reset", "-q", "--hard", "HEAD~1");
    mainGoesOn("other", "1\n");
    mainGoesOn("p.png", "\0one");
    mainGoesOn("p.png", "\0two");
    assertEquals(IntegrationState.PATCHES, service.integration(binary, "main"));
  }

  @Test
  void half_of_it_is_not_all_of_it() {
    repository.git("cherry-pick", "x~1");
    mainGoesOn("other", "1\n");
    assertState(IntegrationState.NOT);
  }

  @Test
  void work_that_was_undone_again_is_still_work() {
    repository.gitIn(tree.path(), "revert", "--no-edit", "HEAD");
    repository.gitIn(tree.path(), "revert", "--no-edit", "HEAD~2");
    assertState(IntegrationState.NOT);
  }

  @Test
  void what_a_merge_of_its_own_changed_by_hand_is_not_overlooked() {
    repository.git("cherry-pick", "x~1", "x");
    mainGoesOn("other", "1\n");
    repository.gitIn(tree.path(), "merge", "-q", "--no-commit", "main");
    TestRepository.write(tree.path().resolve("by-hand"), "only in the merge\n");
    repository.commitIn(tree.path(), "evil merge");
    assertState(IntegrationState.NOT);
  }

  @Test
  void a_branch_that_was_left_for_another_counts_too() {
    repository.gitIn(tree.path(), "checkout", "-q", "--detach", "main");
    assertState(IntegrationState.NOT);
  }

  @Test
  void a_remote_branch_is_a_target_and_a_missing_one_is_an_error() {
    repository.git("update-ref", "refs/remotes/origin/main", "x");
    assertEquals(IntegrationState.ANCESTOR, service.integration(tree, "origin/main"));
    assertThrows(InvalidRequestException.class, () -> service.integration(tree, "nowhere"));
    assertThrows(InvalidRequestException.class, () -> service.integration(tree, "--all"));
  }

  @Test
  void looking_changes_nothing() {
    mainGoesOn("a.txt", "conflicts\n");
    String traces = repository.traces();
    assertState(IntegrationState.NOT);
    assertEquals(traces, repository.traces());
  }

  @Test
  void a_branch_goes_once_it_is_integrated_and_checked_out_nowhere() {
    TreeRecord record = record("x");
    integrate(Method.SQUASH);

    assertTrue(deleted(record).orElseThrow().contains("in use"), "it is checked out");
    repository.remove(tree);
    assertEquals(Optional.empty(), deleted(record));
    assertEquals("", repository.git("branch", "--list", "x"));
    assertTrue(deleted(record).orElseThrow().contains("any more"));
  }

  @Test
  void a_removal_deletes_the_branch_only_when_it_is_home_and_says_why_not() {
    RemovalRequest request = RemovalRequest.refusing().deleteBranchIfIntegrated("main");
    Removal.Removed kept = TestRepository.removed(repository.remove(tree, request));
    assertFalse(kept.branchDeleted());
    assertTrue(kept.warnings().get(0).contains("has work"), kept.toString());

    Worktree other = repository.worktree("y");
    TestRepository.write(other.path().resolve("y"), "1\n");
    repository.commitIn(other.path(), "y");
    service.integrate(other, IntegrationRequest.into("main").by(Method.SQUASH));
    Removal.Removed gone = TestRepository.removed(repository.remove(other, request));

    assertTrue(gone.branchDeleted());
    assertEquals(List.of(), gone.warnings());
    assertEquals("", repository.git("branch", "--list", "y"));
    assertEquals("1", repository.git("show", "main:y"));
  }

  @Test
  void a_branch_with_work_stays() {
    TreeRecord record = record("x");
    repository.remove(tree);
    String head = repository.git("rev-parse", "x");

    assertTrue(deleted(record).orElseThrow().contains("has work"));
    assertTrue(
        new BranchDeletion(new Git(repository.environment()), registry())
            .deleteIfIntegrated(record, "nowhere")
            .orElseThrow()
            .contains("no branch 'nowhere'"));
    assertEquals(head, repository.git("rev-parse", "x"));
  }

  @Test
  void a_branch_that_is_being_rebased_somewhere_stays() {
    TreeRecord record = record("x");
    integrate(Method.FAST_FORWARD);
    repository.remove(tree);
    repository.git("checkout", "-q", "x");
    repository.git("-c", "sequence.editor=sed -i 1ibreak", "rebase", "-i", "HEAD~1");

    assertTrue(deleted(record).orElseThrow().contains("in use"));
    repository.git("rebase", "--abort");
  }

  @Test
  void a_branch_that_kugetsu_did_not_make_is_never_deleted() {
    repository.git("branch", "mine");
    Worktree mine = TestRepository.made(service.create(WorktreeRequest.existing("mine")));
    TreeRecord record = record(mine.name());
    repository.remove(mine);

    assertTrue(deleted(record).orElseThrow().contains("not made"));
    assertEquals(repository.head(), repository.git("rev-parse", "mine"));
  }

  @Test
  void a_branch_that_moves_while_it_is_looked_at_stays() {
    TreeRecord record = record("x");
    integrate(Method.FAST_FORWARD);
    repository.remove(tree);
    String other = repository.git("rev-parse", "main~1");
    Path program = repository.home.resolve("git-moving");
    TestRepository.write(
        program,
        "#!/bin/sh\ncase \" $* \" in *\" update-ref -d \"*) git update-ref refs/heads/x "
            + other
            + ";; esac\nexec git \"$@\"\n");
    TestRepository.makeExecutable(program);

    Optional<String> stays =
        new BranchDeletion(
                new Git(List.of(program.toString()), repository.environment()), registry())
            .deleteIfIntegrated(record, "main");

    assertTrue(stays.orElseThrow().contains("but expected"), stays.get());
    assertEquals(other, repository.git("rev-parse", "x"));
  }

  private Optional<String> deleted(TreeRecord record) {
    return new BranchDeletion(new Git(repository.environment()), registry())
        .deleteIfIntegrated(record, "main");
  }

  private TreeRecord record(String name) {
    return TreeRecord.read(registry().at(repository.root.resolve(name)).orElseThrow().directory())
        .orElseThrow();
  }

  private Registry registry() {
    return new Registry(repository.main.resolve(".git"), TestRepository.LOCK_WAIT);
  }

  private void assertState(IntegrationState expected) {
    assertEquals(expected, service.integration(tree, "main"));
    assertEquals(expected != IntegrationState.NOT, expected.isIntegrated());
  }

  private void integrate(Method method) {
    service.integrate(tree, IntegrationRequest.into("main").by(method));
  }

  private void mainGoesOn(String file, String text) {
    repository.write(file, text);
    repository.commit("main goes on");
  }

  private void work(String file, String text) {
    TestRepository.write(tree.path().resolve(file), text);
    repository.commitIn(tree.path(), "work on " + file);
  }
}
