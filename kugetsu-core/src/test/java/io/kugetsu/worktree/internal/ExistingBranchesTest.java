package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExistingBranchesTest {
  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void make_a_branch_that_is_behind() {
    repository = TestRepository.create(temp);
    repository.git("branch", "old");
    repository.commit("second");
  }

  @Test
  void a_branch_is_gone_on_with_where_it_stands_whatever_else_has_its_name() {
    repository.git("tag", "old");

    Worktree tree = made(create("old"));

    assertEquals(repository.git("rev-parse", "refs/heads/old"), tree.baseCommit());
    assertEquals("old", repository.gitIn(tree.path(), "branch", "--show-current"));
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    assertEquals(tree.baseCommit(), repository.gitIn(tree.path(), "rev-parse", "HEAD"));
  }

  @Test
  void what_is_no_branch_is_refused() {
    String before = repository.traces();

    for (String none :
        List.of("none", "main~1", "old@{0}", "main^0", "main:", "-", "--detach", "", "HEAD")) {
      Refused refused = refused(create(none));
      assertTrue(
          refused.reason() == Reason.UNKNOWN_BASE || refused.reason() == Reason.INVALID_BRANCH,
          refused.toString());
    }
    assertEquals(before, repository.traces());
  }

  @Test
  void a_branch_that_is_checked_out_somewhere_is_refused_and_stays() {
    repository.worktree("x");
    String before = repository.traces();

    assertEquals(Reason.EXISTING_BRANCH, refused(create("main")).reason());
    assertEquals(
        Reason.EXISTING_BRANCH,
        refused(repository.service().create(WorktreeRequest.existing("x").named("y"))).reason());

    assertEquals(before, repository.traces());
  }

  @Test
  void a_hook_that_fails_takes_the_worktree_but_never_the_branch() {
    repository.hook("post-checkout", "exit 3");
    String before = repository.traces();

    assertEquals(Reason.HOOK_FAILED, refused(create("old")).reason());

    assertEquals(before, repository.traces());
  }

  private Creation create(String branch) {
    return repository.service().create(WorktreeRequest.existing(branch).named("tree"));
  }
}
