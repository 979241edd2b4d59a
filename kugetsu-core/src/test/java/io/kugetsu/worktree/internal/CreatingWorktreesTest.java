package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.OsProcesses;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreatingWorktreesTest {
  @TempDir Path temp;

  @Test
  void a_worktree_has_the_files_of_head_on_a_branch_of_its_own() throws IOException {
    TestRepository repository = TestRepository.create(temp);

    Worktree tree = repository.worktree("fix-42");

    assertEquals("fix-42", tree.name());
    assertEquals(repository.root.resolve("fix-42"), tree.path());
    assertEquals(repository.head(), tree.baseCommit());
    assertEquals(repository.main.resolve(".git"), tree.repository());
    assertEquals("one\n", Files.readString(tree.path().resolve("a.txt")));
    assertEquals("fix-42", repository.gitIn(tree.path(), "branch", "--show-current"));
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    assertTrue(repository.git("worktree", "list", "--porcelain").contains("locked kugetsu fix-42"));
  }

  @Test
  void a_worktree_starts_at_a_tag_a_branch_or_a_commit() {
    TestRepository repository = TestRepository.create(temp);
    String first = repository.head();
    repository.git("tag", "-a", "-m", "x", "v1");
    repository.commit("second");
    WorktreeService service = repository.service();

    for (String base : List.of("v1", "main~1", first, first.substring(0, 10), "refs/tags/v1")) {
      String branch = "from-" + base.replaceAll("[^a-z0-9]", "-");
      Worktree tree = made(service.create(WorktreeRequest.branch(branch).from(base)));
      assertEquals(first, tree.baseCommit());
      assertEquals(first, repository.gitIn(tree.path(), "rev-parse", "HEAD"));
    }
  }

  @Test
  void a_worktree_starts_at_the_remote_default_and_tracks_nothing() {
    TestRepository repository = TestRepository.create(temp);
    Path clone = repository.home.resolve("clone");
    repository.git("clone", "--quiet", repository.main.toString(), clone.toString());
    String remote = repository.head();
    repository.commitIn(clone, "local only");

    WorktreeService service = repository.service(clone);
    Worktree tree = made(service.create(WorktreeRequest.branch("x").from(BaseRef.remoteDefault())));
    Worktree named = made(service.create(WorktreeRequest.branch("y").from("origin/main")));

    assertEquals(remote, tree.baseCommit());
    assertEquals(remote, named.baseCommit());
    assertFalse(repository.gitIn(clone, "config", "--local", "--list").contains("branch.x"));
    assertFalse(repository.gitIn(clone, "config", "--local", "--list").contains("branch.y"));
  }

  @Test
  void without_a_remote_default_a_worktree_starts_at_head() {
    TestRepository repository = TestRepository.create(temp);

    Worktree tree =
        made(
            repository.service().create(WorktreeRequest.branch("x").from(BaseRef.remoteDefault())));

    assertEquals(repository.head(), tree.baseCommit());
  }

  @Test
  void a_bare_repository_has_worktrees_too() {
    TestRepository repository = TestRepository.create(temp);
    Path bare = repository.home.resolve("bare.git");
    repository.git("clone", "--quiet", "--bare", repository.main.toString(), bare.toString());
    WorktreeService service = repository.service(bare);

    Worktree tree = made(service.create(WorktreeRequest.branch("x")));

    assertTrue(service.repository().isBare());
    assertTrue(Files.exists(tree.path().resolve("lib/b.txt")));
    TestRepository.removed(service.remove(tree));
  }

  @Test
  void with_a_detached_head_a_worktree_starts_there() {
    TestRepository repository = TestRepository.create(temp);
    String first = repository.head();
    repository.commit("second");
    repository.git("checkout", "--quiet", "--detach", first);

    assertEquals(first, repository.worktree("x").baseCommit());
  }

  @Test
  void a_linked_worktree_and_a_subdirectory_lead_to_the_same_repository() {
    TestRepository repository = TestRepository.create(temp);
    Worktree first = repository.worktree("first");
    repository.commitIn(first.path(), "more");

    Worktree fromLinked =
        made(repository.service(first.path()).create(WorktreeRequest.branch("second")));
    Worktree fromBelow =
        made(
            repository
                .service(repository.main.resolve("lib"))
                .create(WorktreeRequest.branch("third")));

    assertEquals(first.repository(), fromLinked.repository());
    assertEquals(first.repository(), fromBelow.repository());
    assertEquals(repository.gitIn(first.path(), "rev-parse", "HEAD"), fromLinked.baseCommit());
    assertEquals(repository.head(), fromBelow.baseCommit());
    assertEquals(
        List.of("first", "second", "third"),
        repository.service().list().stream().map(Worktree::name).toList());
  }

  @Test
  void a_tag_of_the_same_name_does_not_detach_the_worktree() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("tag", "fix");
    repository.commit("second");

    Worktree tree = repository.worktree("fix");

    assertEquals("fix", repository.gitIn(tree.path(), "branch", "--show-current"));
    assertEquals(repository.head(), repository.gitIn(tree.path(), "rev-parse", "refs/heads/fix"));
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
  }

  @Test
  void what_git_allows_in_a_branch_reaches_it_unchanged() {
    TestRepository repository = TestRepository.create(temp);

    for (String branch :
        List.of("a'b\"c", "$(id)", "feature/#14", "a&b|c", "x{y}", "Großes/Ü", "a%20b", "!x")) {
      Worktree tree = repository.worktree(branch);
      assertEquals("refs/heads/" + branch, repository.gitIn(tree.path(), "symbolic-ref", "HEAD"));
      TestRepository.removed(repository.remove(tree));
    }
  }

  @Test
  void the_root_may_be_a_symbolic_link() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Path real = Files.createDirectory(repository.home.resolve("real"));
    Files.createSymbolicLink(repository.root, real);

    Worktree tree = repository.worktree("x");

    assertEquals(real.resolve("x"), tree.path());
    assertEquals(Optional.of(tree), repository.service().find("x"));
    TestRepository.removed(repository.remove(tree));
    assertFalse(Files.exists(real.resolve("x")));
  }

  @Test
  void the_hook_runs_in_the_worktree_as_git_worktree_add_runs_it() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    repository.hook(
        "post-checkout", "pwd > ../hook.txt; echo $* >> ../hook.txt; ls >> ../hook.txt");

    repository.git("worktree", "add", "-q", "-b", "plain", repository.root.resolve("p").toString());
    String plain = Files.readString(repository.root.resolve("hook.txt"));
    Worktree tree = repository.worktree("x");
    String ours = Files.readString(repository.root.resolve("hook.txt"));

    assertEquals(plain.replace("/p\n", "/x\n"), ours);
    assertTrue(ours.contains("0".repeat(40) + " " + tree.baseCommit() + " 1"));
  }

  @Test
  void a_hook_that_leaves_a_process_behind_does_not_hold_the_creation_up() {
    TestRepository repository = TestRepository.create(temp);
    repository.hook("post-checkout", "sleep 300 & echo $! > ../pid");

    Worktree tree = repository.worktree("x");

    Path pid = repository.root.resolve("pid");
    assertTrue(OsProcesses.lives(Long.parseLong(TestRepository.contents(pid).strip())));
    assertTrue(Files.exists(tree.path()));
    endProcess(pid);
  }

  @Test
  void variables_that_lead_git_elsewhere_are_not_passed_on() {
    TestRepository repository = TestRepository.create(temp);
    Path other = repository.home.resolve("other");
    repository.git("clone", "--quiet", repository.main.toString(), other.toString());
    Map<String, String> hostile = new HashMap<>(repository.environment());
    hostile.put("GIT_DIR", other.resolve(".git").toString());
    hostile.put("GIT_WORK_TREE", other.toString());
    hostile.put("GIT_INDEX_FILE", other.resolve("index").toString());
    hostile.put("GIT_CONFIG_COUNT", "1");
    hostile.put("GIT_CONFIG_KEY_0", "core.bare");
    hostile.put("GIT_CONFIG_VALUE_0", "true");
    WorktreeService service =
        new GitWorktrees(
            new Git(hostile), repository.main, repository.root, TestRepository.LOCK_WAIT);

    Worktree tree = made(service.create(WorktreeRequest.branch("x")));

    assertEquals(repository.main.resolve(".git"), tree.repository());
    assertFalse(repository.gitIn(other, "worktree", "list").contains("/x"));
    TestRepository.removed(service.remove(tree));
  }

  @Test
  void one_root_serves_several_repositories() {
    TestRepository repository = TestRepository.create(temp);
    Path other = repository.home.resolve("other");
    repository.git("clone", "--quiet", repository.main.toString(), other.toString());

    Worktree mine = repository.worktree("mine");
    WorktreeService others = repository.service(other);
    Worktree theirs = made(others.create(WorktreeRequest.branch("theirs")));

    assertEquals(List.of(mine), repository.service().list());
    assertEquals(List.of(theirs), others.list());
    TestRepository.refused(others.remove(mine));
  }

  static void endProcess(Path pidFile) {
    try {
      long pid = Long.parseLong(Files.readString(pidFile).strip());
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
