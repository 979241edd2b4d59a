package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Trees;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The situations of {@link FactTableTest} that are about removing worktrees and about git that is
 * killed, as far as no other test shows them.
 */
class RemovalFactsTest extends LeakFree {
  private static final RemovalRequest PLAIN = RemovalRequest.refusing();
  private static final RemovalRequest ALL = PLAIN.discardAll();

  private static TestRepository template;

  @TempDir Path temp;
  private TestRepository repository;
  private WorktreeService service;
  private Worktree tree;

  @BeforeAll
  static void make_a_repository(@TempDir Path once) {
    template = TestRepository.create(once);
  }

  @BeforeEach
  void make_a_worktree() throws IOException {
    repository = template.copy(temp);
    service = repository.service();
    tree = repository.worktree("x");
  }

  @Test
  void git_keeps_the_branch_of_a_missing_tree_in_use_and_once_we_removed_that_it_is_free() {
    assertTrue(Trees.delete(tree.path()));
    assertTrue(repository.tryGitIn(repository.main, "branch", "-d", "x").contains("checked out"));

    removed(service.remove(tree, ALL));

    Worktree again = made(service.create(WorktreeRequest.existing("x")));
    removed(service.remove(again));
    repository.git("branch", "-d", "x");
  }

  @Test
  void git_knows_no_way_to_remove_what_was_made_anew_and_empty_and_we_wait_until_it_is_gone()
      throws IOException {
    assertTrue(Trees.delete(tree.path()));
    Files.createDirectory(tree.path());
    assertTrue(
        repository
            .tryGitIn(repository.main, "worktree", "remove", "-f", "-f", tree.path().toString())
            .contains("validation failed"));

    assertTrue(refused(service.remove(tree, ALL)).has(Kind.FOREIGN_DIRECTORY));

    assertTrue(Files.exists(tree.path()), "it may be somebody's");
    Files.delete(tree.path());
    removed(service.remove(tree, ALL));
    assertGone();
  }

  @Test
  void git_with_force_twice_removes_what_is_locked_and_missing_and_we_never_do() {
    assertTrue(service.lock(tree, "on a stick"));
    assertTrue(Trees.delete(tree.path()));

    assertTrue(refused(service.remove(tree, ALL)).has(Kind.LOCKED_BY_OTHERS));

    assertTrue(repository.git("worktree", "list", "--porcelain").contains("kept: on a stick"));
  }

  @Test
  void git_with_force_removes_a_kept_tree_inside_of_another_and_we_do_not() {
    Path inner = tree.path().resolve("inner");
    repository.git("worktree", "add", "-q", "-b", "y", inner.toString());
    Worktree adopted = made(service.adopt(inner));
    assertTrue(service.lock(adopted, "on a stick"));
    String before = repository.traces();

    assertTrue(refused(service.remove(tree, ALL)).has(Kind.LOCKED_BY_OTHERS));

    assertEquals(before, repository.traces());
    assertTrue(Files.exists(inner.resolve("a.txt")));
    assertTrue(service.unlock(adopted));
    removed(service.remove(tree, ALL));
  }

  @Test
  void git_with_force_leaves_the_entry_of_a_tree_inside_and_so_do_we_for_its_own_removal() {
    Path inner = tree.path().resolve("inner");
    repository.git("worktree", "add", "-q", "-b", "y", inner.toString());
    repository.commitIn(inner, "work");
    String head = repository.gitIn(inner, "rev-parse", "HEAD");
    assertTrue(refused(service.remove(tree)).has(Kind.NESTED_REPOSITORIES));
    assertTrue(refused(service.remove(tree, PLAIN.rescue())).has(Kind.NESTED_REPOSITORIES));

    removed(service.remove(tree, ALL));

    assertFalse(Files.exists(tree.path()));
    assertTrue(repository.git("worktree", "list", "--porcelain").contains("prunable"));
    assertEquals(head, repository.git("rev-parse", "y"), "what was committed stays");
    repository.git("worktree", "remove", inner.toString());
  }

  @Test
  void git_keeps_a_stash_that_was_made_inside_and_so_do_we() {
    TestRepository.write(tree.path().resolve("a.txt"), "stashed");
    repository.gitIn(tree.path(), "stash");
    assertEquals(1, service.workState(tree).stashes());

    removed(service.remove(tree));

    assertTrue(repository.git("stash", "list").contains("WIP on x"));
    assertEquals("stashed", repository.git("show", "stash@{0}:a.txt"));
  }

  @Test
  void git_gives_up_half_way_where_a_process_goes_on_writing_and_we_do_not() throws Exception {
    Path wrote = repository.home.resolve("wrote");
    Process writer =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "n=0; while :; do n=$((n+1)); echo x > deep/$n; : > "
                    + wrote
                    + "; sleep 0.02; done")
            .directory(Files.createDirectories(tree.path().resolve("deep")).getParent().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Eventually.isTrue(() -> Files.exists(wrote));
      assertTrue(refused(service.remove(tree)).has(Kind.LIVE_PROCESSES));

      removed(service.remove(tree, ALL));

      assertGone();
      assertTrue(writer.isAlive());
    } finally {
      writer.destroyForcibly().waitFor();
    }
    repository.service();
    assertEquals(List.of(), TestRepository.children(repository.root.resolve(".trash")));
  }

  @Test
  void git_has_trees_of_a_bare_repository_and_they_go_like_any_other() {
    Path bare = repository.home.resolve("bare.git");
    repository.git("clone", "-q", "--bare", repository.main.toString(), bare.toString());
    WorktreeService bares = repository.service(bare);
    Worktree of = made(bares.create(WorktreeRequest.branch("b")));
    TestRepository.write(of.path().resolve("new"), "new");
    assertTrue(refused(bares.remove(of)).has(Kind.UNTRACKED_FILES));

    removed(bares.remove(of, PLAIN.rescue()));

    assertEquals(List.of(), bares.list());
    assertEquals(List.of(), TestRepository.children(bare.resolve("worktrees")));
    assertEquals(1, bares.rescues().size());
  }

  @Test
  void git_says_nothing_went_wrong_where_the_settings_are_locked_and_we_need_no_settings() {
    Path lock = repository.main.resolve(".git/config.lock");
    TestRepository.write(lock, "");

    assertTrue(
        removed(service.remove(tree, PLAIN.deleteBranchIfIntegrated("main"))).branchDeleted());

    assertTrue(Files.exists(lock), "not ours to delete");
    assertEquals("", repository.git("branch", "--list", "x"));
  }

  @Test
  void git_can_have_two_entries_for_one_directory_and_we_take_the_one_that_it_leads_to()
      throws IOException {
    Path entries = repository.main.resolve(".git/worktrees");
    // whichever of them is looked at first
    for (String other : List.of("a", "w", "x1", "zz")) {
      Files.createDirectory(entries.resolve(other));
      for (String file : List.of("gitdir", "commondir", "HEAD")) {
        Files.copy(entries.resolve("x").resolve(file), entries.resolve(other).resolve(file));
      }
    }
    assertEquals(List.of(tree), service.list());
    assertEquals(Optional.of(tree), service.find("x"));
    assertEquals(List.of(), service.workState(tree).obstacles());

    removed(service.remove(tree));

    assertEquals(List.of("a", "w", "x1", "zz"), TestRepository.children(entries), "not ours");
    assertEquals(Optional.empty(), service.find("x"));
  }

  @Test
  void git_leaves_a_branch_that_lost_its_commit_with_everything_staged_and_we_refuse() {
    repository.git("update-ref", "-d", "refs/heads/x");

    assertTrue(refused(service.remove(tree)).has(Kind.UNCOMMITTED_CHANGES));
  }

  /** What is killed is the git that writes the files, while a filter of it runs on. */
  @ParameterizedTest
  @ValueSource(strings = {"KILL", "TERM", "INT"})
  void git_leaves_something_else_for_each_signal_and_we_leave_nothing(String signal) {
    Path asked = repository.home.resolve("asked");
    repository.write(".git/info/attributes", "a.txt filter=odd\n");
    repository.git(
        "config", "filter.odd.smudge", "echo x >> " + asked + "; kill -" + signal + " $PPID; cat");
    repository.git("config", "filter.odd.required", "true");
    String before = repository.traces();

    assertThrows(GitException.class, () -> service.create(WorktreeRequest.branch("y")));

    assertEquals("x", TestRepository.contents(asked).strip(), "it got as far as that");
    assertEquals(before, repository.traces());
    repository.git("config", "--unset", "filter.odd.required");
    repository.git("config", "--unset", "filter.odd.smudge");
    assertEquals(
        "one\n",
        TestRepository.contents(repository.worktree("y").path().resolve("a.txt")),
        "the retry finds nothing in its way");
  }

  private void assertGone() {
    assertFalse(Files.exists(tree.path()));
    assertFalse(
        repository
            .git("worktree", "list", "--porcelain")
            .lines()
            .collect(Collectors.toSet())
            .contains("worktree " + tree.path()));
    assertEquals(Optional.empty(), service.find("x"));
    assertEquals(List.of(), TestRepository.children(repository.main.resolve(".git/kugetsu/begun")));
  }
}
