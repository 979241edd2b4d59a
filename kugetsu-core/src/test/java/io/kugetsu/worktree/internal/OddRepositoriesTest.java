package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.Trees;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class OddRepositoriesTest extends LeakFree {
  private static final Path MEMORY = Path.of("/dev/shm");

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void make() {
    repository = TestRepository.create(temp);
  }

  @Test
  void a_hook_that_hangs_is_ended_with_all_that_it_started_and_leaves_nothing() throws IOException {
    Path pid = repository.home.resolve("pid");
    repository.hook("post-checkout", "echo waits >&2; sleep 300 & echo $! > " + pid + "; wait");
    String before = repository.traces();

    var refused =
        Eventually.endedAt(
            pid,
            limit ->
                refused(service(options().hookTimeout(limit)).create(WorktreeRequest.branch("x"))));

    assertEquals(Reason.HOOK_TIMED_OUT, refused.reason());
    assertTrue(refused.text().matches("(?s).*longer than PT[1-9MS]+: waits.*"), refused.text());
    assertEquals(before, repository.traces());
    Eventually.isDead(pid);
  }

  @Test
  void a_hook_may_take_any_time_if_it_is_told_so() {
    repository.hook("post-checkout", "echo done > done");

    Worktree tree =
        made(service(options().hookTimeout(Duration.ZERO)).create(WorktreeRequest.branch("x")));

    assertTrue(Files.exists(tree.path().resolve("done")));
  }

  @Test
  void a_hook_that_is_no_program_is_no_hook() throws IOException {
    Path hook = repository.main.resolve(".git/hooks/post-checkout");
    TestRepository.write(hook, "#!/bin/sh\nexit 1\n");

    repository.worktree("x");

    TestRepository.write(hook, "#!/no/such/interpreter\n");
    TestRepository.makeExecutable(hook);
    assertEquals(
        Reason.HOOK_FAILED,
        refused(repository.service().create(WorktreeRequest.branch("y"))).reason());
  }

  @Test
  void submodules_are_not_checked_out_and_can_be() throws IOException {
    Path module = repository.home.resolve("module");
    repository.git("clone", "-q", repository.main.toString(), module.toString());
    repository.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        module.toString(),
        "sub");
    repository.commit("a submodule");
    repository.git("config", "submodule.recurse", "true");

    Worktree tree = repository.worktree("x");

    assertEquals(List.of(), TestRepository.children(tree.path().resolve("sub")));
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    repository.gitIn(
        tree.path(),
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "update",
        "--init");
    assertTrue(Files.exists(tree.path().resolve("sub/a.txt")));
    // a submodule is a repository with worktrees of its own
    WorktreeService inside =
        new GitWorktrees(
            new Git(repository.environment()),
            repository.main.resolve("sub"),
            repository.home.resolve("subtrees"),
            TestRepository.LOCK_WAIT);
    Worktree nested = made(inside.create(WorktreeRequest.branch("x")));
    assertEquals("one\n", Files.readString(nested.path().resolve("a.txt")));
    assertEquals(List.of(nested), inside.list());
    TestRepository.removed(inside.remove(nested));
  }

  @Test
  @EnabledIf("hasMemory")
  void the_worktrees_may_be_on_another_file_system() throws IOException {
    Path root = Files.createTempDirectory(MEMORY, "kugetsu");
    try {
      repository.write(".gitignore", ".env\n");
      repository.commit("ignore");
      repository.write(".worktreeinclude", ".env\n");
      repository.write(".env", "x".repeat(100_000));
      WorktreeService service = service(options().root(root));

      Worktree tree = made(service.create(WorktreeRequest.branch("x")));

      assertEquals(100_000, Files.size(tree.path().resolve(".env")));
      assertEquals(List.of(tree), service.list());
      Files.delete(tree.path().resolve(".env"));
      TestRepository.removed(service.remove(tree));
      assertFalse(Files.exists(tree.path()));
    } finally {
      Trees.delete(root);
    }
  }

  @Test
  void parents_may_be_symbolic_links_on_either_side() throws IOException {
    Path link = Files.createSymbolicLink(repository.home.resolve("link"), repository.home);
    WorktreeService service =
        new GitWorktrees(
            new Git(repository.environment()),
            link.resolve("main"),
            options().root(link.resolve("trees")));

    Worktree tree = made(service.create(WorktreeRequest.branch("x")));

    assertEquals(repository.root.resolve("x"), tree.path());
    assertEquals(repository.main.resolve(".git"), tree.repository());
    assertEquals(List.of(tree), repository.service().list());
    assertEquals(List.of(tree), service.list());
    TestRepository.removed(service.remove(tree));
  }

  @Test
  void a_root_may_have_a_line_end_or_a_quote_in_its_name() {
    for (String name : List.of("a\nb", "a\"b", "a'b c", "-a", "$(x)")) {
      WorktreeService service = service(options().root(repository.home.resolve(name)));
      Worktree tree = made(service.create(WorktreeRequest.branch("x" + Math.abs(name.hashCode()))));
      assertEquals(Optional.of(tree), service.find(tree.name()), name);
      assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
      TestRepository.removed(service.remove(tree));
    }
  }

  @Test
  void a_git_directory_may_be_apart_from_its_checkout() throws IOException {
    Path apart = repository.home.resolve("apart");
    Path work = repository.home.resolve("work");
    repository.git(
        "clone", "-q", "--separate-git-dir=" + apart, repository.main.toString(), work.toString());
    WorktreeService service = repository.service(work);
    TestRepository.write(work.resolve(".worktreeinclude"), ".env\n");

    Worktree tree = made(service.create(WorktreeRequest.branch("x")));

    assertEquals(apart, tree.repository());
    assertEquals("one\n", Files.readString(tree.path().resolve("a.txt")));
    TestRepository.removed(service.remove(tree));
  }

  @Test
  void a_shallow_and_a_partial_clone_have_worktrees_too() throws IOException {
    repository.commit("second");
    repository.git("config", "uploadpack.allowFilter", "true");
    Path shallow = repository.home.resolve("shallow");
    Path partial = repository.home.resolve("partial");
    String url = "file://" + repository.main;
    repository.git("clone", "-q", "--depth=1", url, shallow.toString());
    repository.git("clone", "-q", "--filter=blob:none", "--no-checkout", url, partial.toString());

    for (Path clone : List.of(shallow, partial)) {
      Worktree tree =
          made(
              repository
                  .service(clone)
                  .create(
                      WorktreeRequest.branch("b" + clone.getFileName())
                          .from(BaseRef.remoteDefault())));
      assertEquals("one\n", Files.readString(tree.path().resolve("a.txt")), clone.toString());
    }
  }

  @Test
  void a_sparse_checkout_has_worktrees_too() throws IOException {
    repository.git("sparse-checkout", "set", "lib");
    assertFalse(Files.exists(repository.main.resolve("lib/none")));

    Worktree tree = repository.worktree("x");

    assertEquals("two\n", Files.readString(tree.path().resolve("lib/b.txt")));
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
  }

  @Test
  void a_repository_that_hashes_with_sha_256_has_worktrees_too() {
    Path other = repository.home.resolve("sha256");
    repository.git("init", "-q", "--object-format=sha256", other.toString());
    TestRepository.write(other.resolve("a"), "a");
    repository.commitIn(other, "first");

    Worktree tree = made(repository.service(other).create(WorktreeRequest.branch("x")));

    assertEquals(64, tree.baseCommit().length());
    TestRepository.removed(repository.service(other).remove(tree));
  }

  @Test
  void a_directory_whose_path_is_too_long_leaves_nothing() {
    String before = repository.traces();
    Path root = repository.home;
    for (int i = 0; i < 45; i++) {
      root = root.resolve("d".repeat(100));
    }
    Path tooLong = root;

    assertThrows(
        StorageException.class,
        () -> service(options().root(tooLong)).create(WorktreeRequest.branch("x")));

    assertEquals(before, repository.traces());
  }

  static boolean hasMemory() throws IOException {
    return Files.isWritable(MEMORY)
        && !Files.getFileStore(MEMORY)
            .equals(Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir"))));
  }

  private WorktreeOptions options() {
    return WorktreeOptions.usual().root(repository.root);
  }

  private WorktreeService service(WorktreeOptions options) {
    return new GitWorktrees(new Git(repository.environment()), repository.main, options);
  }
}
