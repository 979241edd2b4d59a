package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.RepairReport.Kind;
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

/**
 * The situations that were measured with bare git, each made with real git, and what becomes of
 * them here: those of making, listing, finding, locking and repairing. Each test says in its name
 * what git does by itself. Those about removing, killing and repairing are shown there:
 *
 * <pre>{@code
 * branch of a missing tree                     RemovalFactsTest.git_keeps_the_branch_of_a_missing_tree..
 * missing, unlocked                            RemovingWorktreesTest.a_worktree_whose_directory_is_gone..
 *                                              ..another_worktree_whose_directory_is_away_is_not_pruned
 * deleted and made again empty                 RemovalFactsTest.git_knows_no_way_to_remove..
 * locked                                       RemovingWorktreesTest.a_worktree_that_somebody_else_locked..
 * locked and missing                           RemovalFactsTest.git_with_force_twice_removes..
 * modified, staged, untracked                  RemovingWorktreesTest.an_uncommitted.., a_staged.., an_untracked..
 * only ignored files, excluded ones            ..an_ignored_file_stands.., LosableWork.EXCLUDED_BY..
 * status.showUntrackedFiles=no                 ..an_untracked_file_stands_against_it_also_when..
 * assume-unchanged, skip-worktree              ..a_file_that_git_was_told_not_to_look_at..
 * clean, commits on a branch                   ..a_clean_worktree_goes_and_its_branch..
 * detached HEAD with commits                   ..commits_on_no_branch_stand_against_it
 * in a rebase with nothing to see              ..an_unfinished_merge.., LosableWork.REBASE_WITH_NOTHING..
 * stash made inside                            RemovalFactsTest.git_keeps_a_stash..
 * nested repository or worktree                RemovingWorktreesTest.a_repository_inside_stands..
 * nested worktree, by force                    RemovalFactsTest.git_with_force_leaves.., ..removes_a_kept_tree..
 * submodule, not initialised, by force         RemovingWorktreesTest.a_submodule_.. (two)
 * stale index.lock                             ..a_git_at_work_in_it_stands_against_it
 * a process that writes in it                  RemovalFactsTest.git_gives_up_half_way..
 * a process that sits in it                    RescueTest.a_process_that_works_in_it..
 * main worktree, no worktree, unknown          RemovingWorktreesTest.what_was_removed_or_is_not_ours..
 * bare repository                              RemovalFactsTest.git_has_trees_of_a_bare_repository..
 * branch deleted under it                      ..git_leaves_a_branch_that_lost_its_commit..
 * compare-and-swap of a branch                 IntegrationStateTest.a_branch_that_moves..
 * config.lock held                             RemovalFactsTest.git_says_nothing_went_wrong..
 * two entries for one directory                ..git_can_have_two_entries..
 * many removals at once                        ConcurrentWorktreesTest.many_threads.., ..exactly_one_does
 * other file system, links, line ends          OddRepositoriesTest
 * git killed by KILL, TERM, INT                RemovalFactsTest.git_leaves_something_else_for_each_signal..
 *                                              RefusedCreationTest.git_killed.. (two), AbandonedCreationTest
 * prune and a tree that was away               here, RepairTest.a_worktree_that_was_pruned..
 * repository, tree or both moved               here, RepairTest
 * }</pre>
 */
class FactTableTest {
  @TempDir Path temp;
  private TestRepository repository;
  private WorktreeService service;
  private String before;

  @BeforeEach
  void make() {
    repository = TestRepository.create(temp);
    service = repository.service();
    before = repository.traces();
  }

  @Test
  void git_refuses_a_branch_that_is_checked_out_elsewhere_and_so_do_we() {
    assertRefused(Reason.EXISTING_BRANCH, WorktreeRequest.branch("main").named("x"));
    assertRefused(Reason.EXISTING_BRANCH, WorktreeRequest.existing("main").named("x"));
    Worktree tree = repository.worktree("y");
    before = repository.traces();
    assertRefused(Reason.EXISTING_BRANCH, WorktreeRequest.existing("y").named("z"));
    assertEquals(List.of(tree), service.list());
  }

  @Test
  void git_with_force_puts_two_trees_on_one_branch_which_is_never_asked_for() {
    repository.git("worktree", "add", "-q", "-b", "feat", repository.home + "/first");
    before = repository.traces();
    assertRefused(Reason.EXISTING_BRANCH, WorktreeRequest.existing("feat"));
  }

  @Test
  void git_takes_an_empty_directory_for_the_place_and_we_do_not() throws IOException {
    Files.createDirectories(repository.root.resolve("x"));
    before = repository.traces();
    assertRefused(Reason.EXISTING_PATH, WorktreeRequest.branch("x"));
  }

  @Test
  void git_leaves_the_branch_where_the_path_exists_and_we_leave_nothing() throws IOException {
    TestRepository.write(repository.root.resolve("full/file"), "f");
    TestRepository.write(repository.root.resolve("file"), "f");
    Files.createSymbolicLink(repository.root.resolve("link"), repository.main);
    made(service.create(WorktreeRequest.branch("taken")));
    before = repository.traces();
    for (String name : List.of("full", "file", "link", "taken")) {
      assertRefused(Reason.EXISTING_PATH, WorktreeRequest.branch("new").named(name));
    }
  }

  @Test
  void git_leaves_no_branch_for_an_invalid_base_nor_do_we() {
    assertRefused(Reason.UNKNOWN_BASE, WorktreeRequest.branch("x").from("nonexist"));
  }

  @Test
  void git_leaves_the_branch_where_a_missing_tree_is_registered_and_we_leave_nothing() {
    Worktree tree = repository.worktree("x");
    Trees.delete(tree.path());
    before = repository.traces();
    assertRefused(Reason.EXISTING_PATH, WorktreeRequest.branch("new").named("x"));
    assertRefused(Reason.EXISTING_BRANCH, WorktreeRequest.existing("x").named("other"));
    assertEquals(List.of(tree), service.list(), "so that it can be removed");
  }

  @Test
  void git_with_force_twice_drops_the_lock_of_a_missing_tree_and_we_keep_it() {
    Worktree tree = repository.worktree("x");
    assertTrue(service.lock(tree, "keep"));
    Trees.delete(tree.path());
    before = repository.traces();
    assertRefused(Reason.EXISTING_PATH, WorktreeRequest.branch("new").named("x"));
  }

  @Test
  void git_refuses_to_lock_twice_and_to_unlock_the_unlocked_and_here_both_hold() {
    Worktree tree = repository.worktree("x");
    assertTrue(service.lock(tree, "a"));
    assertTrue(service.lock(tree, "b"));
    assertTrue(service.unlock(tree));
    repository.git("worktree", "unlock", tree.path().toString());
    assertTrue(service.unlock(tree));
  }

  @Test
  void git_skips_a_locked_tree_when_it_prunes_and_ours_are_locked_from_the_first_moment() {
    Path seen = repository.home.resolve("seen");
    repository.hook("post-checkout", "git worktree list --porcelain > " + seen);
    Worktree tree = repository.worktree("x");
    assertTrue(TestRepository.contents(seen).contains("locked kugetsu x"));
    Path aside = repository.home.resolve("aside");
    assertTrue(tree.path().toFile().renameTo(aside.toFile()));
    repository.git("worktree", "prune");
    assertTrue(aside.toFile().renameTo(tree.path().toFile()));
    assertEquals(Optional.of(tree), service.find("x"));
  }

  @Test
  void git_lists_a_bare_repository_without_head_and_its_worktrees_are_listed_here() {
    Path bare = repository.home.resolve("bare.git");
    repository.git("clone", "-q", "--bare", repository.main.toString(), bare.toString());
    WorktreeService bares = repository.service(bare);
    Worktree tree = made(bares.create(WorktreeRequest.branch("x").from(BaseRef.remoteDefault())));
    assertEquals(List.of(tree), bares.list());
    assertTrue(bares.repository().isBare());
    assertEquals(Optional.empty(), bares.repository().topLevel());
  }

  @Test
  void git_names_a_branch_after_the_path_with_a_detached_head_and_we_never_do() {
    repository.git("checkout", "-q", "--detach");
    Worktree tree = made(service.create(WorktreeRequest.branch("feature/a").named("other-name")));
    assertEquals("feature/a", repository.gitIn(tree.path(), "branch", "--show-current"));
    assertEquals("", repository.git("branch", "--list", "other-name"));
  }

  @Test
  void git_has_two_errors_for_an_unborn_head_and_here_it_is_one_reason() {
    repository.git("checkout", "-q", "--orphan", "empty");
    before = repository.traces();
    assertRefused(Reason.UNBORN_HEAD, WorktreeRequest.branch("x"));
    made(service.create(WorktreeRequest.branch("n").from("main")));
  }

  @Test
  void git_ignores_a_remote_branch_of_the_name_and_here_it_is_the_base_if_it_is_said() {
    Path clone = repository.home.resolve("clone");
    repository.git("branch", "feature");
    repository.git("clone", "-q", repository.main.toString(), clone.toString());
    String remote = repository.head();
    repository.commitIn(clone, "local");
    WorktreeService clones = repository.service(clone);
    assertEquals(
        remote,
        made(clones.create(WorktreeRequest.branch("feature").from("origin/feature"))).baseCommit());
    assertFalse(repository.gitIn(clone, "config", "-l").contains("branch.feature"));
  }

  @Test
  void git_detaches_at_a_tag_of_the_branchs_name_and_here_the_branch_counts() {
    repository.worktree("fix");
    repository.git("tag", "fix2");
    repository.commit("second");
    Worktree tree = repository.worktree("fix2");
    assertEquals("fix2", repository.gitIn(tree.path(), "branch", "--show-current"));
    assertEquals(repository.head(), tree.baseCommit());
    // as a base such a name is git's to read, or to be given in full
    assertEquals(
        repository.git("rev-parse", "refs/tags/fix2"),
        made(service.create(WorktreeRequest.branch("y").from("refs/tags/fix2"))).baseCommit());
  }

  @Test
  void git_keeps_a_worktree_whose_hook_failed_and_we_take_it_back() {
    repository.hook("post-checkout", "exit 3");
    assertRefused(Reason.HOOK_FAILED, WorktreeRequest.branch("x"));
  }

  @Test
  void git_runs_no_hook_after_a_reset_and_here_it_runs_once() {
    Path count = repository.home.resolve("count");
    repository.hook("post-checkout", "echo x >> " + count);
    repository.worktree("x");
    assertEquals("x\n", TestRepository.contents(count));
  }

  @Test
  void git_prunes_what_is_absent_at_once_and_ours_stay() throws IOException {
    Worktree tree = repository.worktree("x");
    TestRepository.write(tree.path().resolve("staged"), "s");
    repository.gitIn(tree.path(), "add", "staged");
    Path aside = repository.home.resolve("aside");
    Files.move(tree.path(), aside);
    repository.git("worktree", "prune");
    repository.git("gc", "-q");
    Files.move(aside, tree.path());
    assertEquals("A  staged", repository.gitIn(tree.path(), "status", "--porcelain"));
  }

  @Test
  void git_fails_in_the_trees_of_a_repository_that_was_moved_until_they_are_repaired()
      throws IOException {
    Worktree tree = repository.worktree("x");
    Path main = repository.home.resolve("main2");
    Files.move(repository.main, main);
    WorktreeService moved = repository.service(main);
    assertTrue(refused(moved.remove(moved.list().get(0))).has(Obstacle.Kind.FOREIGN_DIRECTORY));
    assertEquals(Kind.MOVED_REPOSITORY, moved.repair().repaired().get(0).kind());
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
  }

  @Test
  void git_does_not_find_by_itself_what_was_moved_on_both_sides_nor_do_we() throws IOException {
    Worktree tree = repository.worktree("x");
    Path main = repository.home.resolve("main2");
    Path place = repository.home.resolve("elsewhere");
    Files.move(repository.main, main);
    Files.move(tree.path(), place);
    assertEquals(
        Kind.MISSING_DIRECTORY, repository.service(main).repair().unrepaired().get(0).kind());
    assertEquals(
        Kind.MOVED_WORKTREE, repository.service(main).repair(place).repaired().get(0).kind());
  }

  @Test
  void git_would_prune_a_tree_that_was_moved_by_hand_and_ours_waits_for_its_repair()
      throws IOException {
    Worktree tree = repository.worktree("x");
    Path place = repository.home.resolve("elsewhere");
    Files.move(tree.path(), place);
    repository.git("worktree", "prune");
    assertEquals(Kind.MOVED_WORKTREE, service.repair(place).repaired().get(0).kind());
    assertEquals("", repository.gitIn(place, "status", "--porcelain"));
  }

  @Test
  void git_shows_the_real_path_below_a_link_and_so_do_we() throws IOException {
    Path real = Files.createDirectory(repository.home.resolve("real"));
    Files.createSymbolicLink(repository.root, real);
    assertEquals(real.resolve("x"), repository.worktree("x").path());
  }

  @Test
  void gits_plain_listing_is_ambiguous_with_a_line_end_in_a_path_and_ours_is_not() {
    Path root = repository.home.resolve("a\nlocked b");
    WorktreeService strange =
        new GitWorktrees(
            new Git(repository.environment()), repository.main, root, TestRepository.LOCK_WAIT);
    Worktree tree = made(strange.create(WorktreeRequest.branch("x")));
    assertEquals(List.of(tree), strange.list());
  }

  @Test
  void git_lets_a_branch_block_a_directory_of_branches_and_we_say_so_before() {
    repository.git("branch", "issue");
    before = repository.traces();
    assertRefused(Reason.CONFLICTING_BRANCH, WorktreeRequest.branch("issue/14"));
    assertRefused(Reason.CONFLICTING_BRANCH, WorktreeRequest.branch("Issue/14"));
  }

  @Test
  void git_lets_case_pairs_be_here_and_we_do_not() {
    repository.git("branch", "Issue/14");
    repository.git("config", "core.ignoreCase", "true");
    before = repository.traces();
    assertRefused(Reason.SIMILAR_BRANCH, WorktreeRequest.branch("issue/14"));
  }

  @Test
  void git_fails_for_long_names_and_leaves_the_branch_and_we_refuse_before() {
    assertRefused(Reason.INVALID_BRANCH, WorktreeRequest.branch("x".repeat(255)));
    Worktree tree = made(service.create(WorktreeRequest.branch("y".repeat(240))));
    assertEquals(51, tree.name().length());
  }

  @Test
  void git_names_an_entry_after_the_directory_and_counts_and_we_do_not_rely_on_it() {
    repository.git("worktree", "add", "-q", "-b", "a", repository.home + "/other/x");
    Worktree tree = repository.worktree("x");
    assertEquals(Optional.of(tree), service.find("x"));
    assertTrue(TestRepository.contents(tree.path().resolve(".git")).contains("worktrees/x"));
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    TestRepository.removed(service.remove(tree));
    assertTrue(Files.exists(repository.main.resolve(".git/worktrees/x")), "the other's");
  }

  @Test
  void git_takes_hex_names_for_commits_and_we_refuse_them() {
    assertRefused(Reason.INVALID_BRANCH, WorktreeRequest.branch(repository.head()).named("x"));
  }

  @Test
  void git_needs_no_lock_of_the_main_index_and_neither_do_we() {
    TestRepository.write(repository.main.resolve(".git/index.lock"), "");
    before = repository.traces();
    Worktree tree = repository.worktree("x");
    TestRepository.removed(service.remove(tree));
    assertTrue(Files.exists(repository.main.resolve(".git/index.lock")), "not ours to delete");
  }

  @Test
  void git_with_tracking_needs_the_lock_of_the_settings_and_we_do_not() {
    Path clone = repository.home.resolve("clone");
    repository.git("clone", "-q", repository.main.toString(), clone.toString());
    TestRepository.write(clone.resolve(".git/config.lock"), "");
    made(repository.service(clone).create(WorktreeRequest.branch("x").from("origin/main")));
    assertTrue(Files.exists(clone.resolve(".git/config.lock")));
  }

  private void assertRefused(Reason reason, WorktreeRequest request) {
    assertEquals(reason, refused(service.create(request)).reason());
    assertEquals(before, repository.traces());
  }
}
