package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.refused;
import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.Integration;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal.Refused;
import io.kugetsu.worktree.Removal.Removed;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemovingWorktreesTest {
  @TempDir Path temp;
  private TestRepository repository;
  private Worktree tree;

  @BeforeEach
  void make_a_worktree() {
    repository = TestRepository.create(temp);
    repository.write(".gitignore", "*.env\nbuild/\n");
    repository.commit("ignore");
    tree = repository.worktree("x");
  }

  @Test
  void a_clean_worktree_goes_and_its_branch_with_its_commits_stays() {
    write("a.txt", "changed");
    repository.commitIn(tree.path(), "work");
    String head = git("rev-parse", "HEAD");

    Removed removed = removed(repository.remove(tree));

    assertEquals(Optional.of("x"), removed.branch());
    assertEquals(Optional.of(head), removed.head());
    assertEquals(Optional.empty(), removed.leftover());
    assertEquals(head, repository.git("rev-parse", "refs/heads/x"));
    assertGone();
  }

  @Test
  void commits_that_only_a_ref_of_the_worktrees_own_leads_to_stand_against_it() {
    repository.commitIn(tree.path(), "kept aside");
    String aside = git("rev-parse", "HEAD");
    git("update-ref", "refs/worktree/aside", "HEAD");
    git("reset", "--quiet", "--hard", "HEAD~1");

    assertKept(Kind.DETACHED_COMMITS, aside);

    repository.git("branch", "saved", aside);
    removed(repository.remove(tree));
  }

  @Test
  void an_uncommitted_change_stands_against_it() {
    write("a.txt", "changed");
    assertKept(Kind.UNCOMMITTED_CHANGES, "a.txt");
  }

  @Test
  void a_staged_change_and_a_deletion_stand_against_it() throws IOException {
    write("a.txt", "changed");
    git("add", "a.txt");
    Files.delete(tree.path().resolve("lib/b.txt"));

    Refused refused = refused(repository.remove(tree));

    assertEquals(
        List.of(new Obstacle(Kind.UNCOMMITTED_CHANGES, 2, List.of("a.txt", "lib/b.txt"))),
        refused.obstacles());
  }

  @Test
  void an_untracked_file_stands_against_it() {
    write("new dir/näw\nfile", "new");
    assertKept(Kind.UNTRACKED_FILES, "new dir/näw\nfile");
  }

  @Test
  void an_untracked_file_stands_against_it_also_when_the_settings_hide_it() {
    repository.git("config", "status.showUntrackedFiles", "no");
    repository.git("config", "status.short", "true");
    repository.git("config", "diff.ignoreSubmodules", "all");
    write("new", "new");
    assertKept(Kind.UNTRACKED_FILES, "new");
  }

  @Test
  void an_ignored_file_stands_against_it_unless_it_may_go() {
    write(".env", "KEY=1");
    write("build/out/x.class", "x");

    Refused refused = assertKept(Kind.IGNORED_FILES, ".env");

    assertEquals(2, refused.obstacles().get(0).count());
    removed(repository.remove(tree, RemovalRequest.refusing().discardIgnored()));
    assertGone();
  }

  @Test
  void what_is_not_ignored_stays_when_ignored_files_may_go() {
    write(".env", "KEY=1");
    write("new", "x");

    Refused refused = refused(repository.remove(tree, RemovalRequest.refusing().discardIgnored()));

    assertEquals(
        List.of(new Obstacle(Kind.UNTRACKED_FILES, 1, List.of("new"))), refused.obstacles());
  }

  @Test
  void a_repository_among_ignored_files_stays_when_ignored_files_may_go() {
    repository.git("clone", "-q", repository.main.toString(), path("build/deep/repo"));

    Refused refused = refused(repository.remove(tree, RemovalRequest.refusing().discardIgnored()));

    assertEquals(
        List.of(new Obstacle(Kind.NESTED_REPOSITORIES, 1, List.of("build/deep/repo/"))),
        refused.obstacles());
    removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));
  }

  @Test
  void a_file_that_git_was_told_not_to_look_at_stands_against_it() {
    git("update-index", "--assume-unchanged", "a.txt");
    write("a.txt", "changed");
    assertKept(Kind.HIDDEN_FILES, "a.txt");

    git("update-index", "--no-assume-unchanged", "a.txt");
    git("checkout", "a.txt");
    git("update-index", "--skip-worktree", "lib/b.txt");
    write("lib/b.txt", "changed");
    assertKept(Kind.HIDDEN_FILES, "lib/b.txt");
  }

  @Test
  void what_a_sparse_checkout_leaves_out_does_not_stand_against_it() {
    git("sparse-checkout", "set", "--no-cone", "/a.txt");
    assertFalse(Files.exists(tree.path().resolve("lib/b.txt")));
    removed(repository.remove(tree));
  }

  @Test
  void commits_on_no_branch_stand_against_it() {
    git("checkout", "-q", "--detach");
    repository.commitIn(tree.path(), "one");
    repository.commitIn(tree.path(), "two");

    Refused refused = assertKept(Kind.DETACHED_COMMITS, git("rev-parse", "HEAD"));

    assertEquals(2, refused.obstacles().get(0).count());
    git("tag", "kept");
    Removed removed = removed(repository.remove(tree));
    assertEquals(Optional.empty(), removed.branch());
  }

  @Test
  void an_unfinished_merge_rebase_pick_revert_or_bisect_stands_against_it() {
    repository.write("a.txt", "theirs\n");
    repository.commit("theirs");
    write("a.txt", "ours\n");
    repository.commitIn(tree.path(), "ours");
    String ours = git("rev-parse", "HEAD");

    for (List<String> operation :
        List.of(
            List.of("merge", "--no-edit", "main"),
            List.of("rebase", "main"),
            List.of("cherry-pick", "main"),
            List.of("revert", "--no-edit", "main"))) {
      repository.tryGitIn(tree.path(), operation.toArray(String[]::new));
      // Nothing differs any more, but the operation is still under way.
      repository.gitIn(tree.path(), "checkout", "-q", "HEAD", "--", ".");
      Refused refused = refused(repository.remove(tree));
      assertTrue(refused.has(Kind.OPERATION_IN_PROGRESS), operation + " " + refused);
      git(operation.get(0), "--abort");
    }
    git("bisect", "start");
    assertTrue(refused(repository.remove(tree)).has(Kind.OPERATION_IN_PROGRESS));
    git("bisect", "reset");
    assertEquals(ours, git("rev-parse", "HEAD"));
    removed(repository.remove(tree));
  }

  @Test
  void a_rebase_that_had_stopped_and_is_done_does_not_stand_against_it() {
    repository.write("a.txt", "theirs\n");
    repository.commit("theirs");
    write("a.txt", "ours\n");
    repository.commitIn(tree.path(), "ours");
    String before = git("rev-parse", "HEAD");
    repository.tryGitIn(tree.path(), "rebase", "main");
    write("a.txt", "both\n");
    git("add", "a.txt");
    git("-c", "core.editor=true", "rebase", "--continue");
    Path left = repository.main.resolve(".git/worktrees/x/REBASE_HEAD");
    assertTrue(Files.exists(left), "git leaves it behind");

    assertEquals(List.of(), repository.service().workState(tree).obstacles());
    // once nothing else leads to what it replaced, that is work
    repository.git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all");
    assertKept(Kind.REFLOG_COMMITS, before);
    repository.git("branch", "before", before);
    assertInstanceOf(
        Integration.Integrated.class,
        repository.service().integrate(tree, IntegrationRequest.into("main")));
    removed(repository.remove(tree));
  }

  @Test
  void a_git_at_work_in_it_stands_against_it() {
    TestRepository.write(repository.main.resolve(".git/worktrees/x/index.lock"), "");
    assertKept(Kind.OPERATION_IN_PROGRESS, "index.lock");
  }

  @Test
  void a_repository_inside_stands_against_it() {
    repository.git("clone", "-q", repository.main.toString(), path("inner"));
    repository.git("worktree", "add", "-q", "-b", "y", path("tree"));

    Refused refused = assertKept(Kind.NESTED_REPOSITORIES, "inner/");

    assertEquals(2, refused.obstacles().get(0).count());
  }

  @Test
  void a_repository_in_a_tracked_directory_stands_against_it() {
    Path lib = tree.path().resolve("lib");
    repository.gitIn(lib, "init", "-q");
    repository.commitIn(lib, "inner");
    assertEquals("", git("status", "--porcelain"));
    assertKept(Kind.NESTED_REPOSITORIES, "lib/");
  }

  @Test
  void a_submodule_stands_against_it_once_it_is_there() {
    Path module = repository.home.resolve("module");
    repository.git("clone", "-q", repository.main.toString(), module.toString());
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", module.toString(), "sub");
    repository.commit("submodule");
    Worktree empty = repository.worktree("empty");
    Worktree filled = repository.worktree("filled");
    repository.gitIn(
        filled.path(), "-c", "protocol.file.allow=always", "submodule", "-q", "update", "--init");
    repository.commitIn(filled.path().resolve("sub"), "work");
    repository.gitIn(filled.path(), "add", "sub");
    repository.gitIn(filled.path(), "commit", "-q", "-m", "bump");

    removed(repository.remove(empty));
    assertTrue(refused(repository.remove(filled)).has(Kind.SUBMODULES));
    assertTrue(
        refused(repository.remove(filled, RemovalRequest.refusing().discardIgnored()))
            .has(Kind.SUBMODULES));
    removed(repository.remove(filled, RemovalRequest.refusing().discardAll()));
  }

  @Test
  void what_cannot_be_known_stands_against_it() {
    TestRepository.write(repository.main.resolve(".git/worktrees/x/index"), "damaged");

    Refused refused = refused(repository.remove(tree));

    assertTrue(refused.has(Kind.UNKNOWN), refused.toString());
    assertTrue(Files.exists(tree.path()));
    removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));
    assertGone();
  }

  @Test
  void everything_goes_when_everything_may() throws IOException {
    write("a.txt", "changed");
    write("new", "new");
    write(".env", "x");
    write("locked/file", "x");
    Path outside = repository.home.resolve("outside/precious");
    TestRepository.write(outside, "x");
    Files.createSymbolicLink(tree.path().resolve("link"), outside.getParent());
    Files.setPosixFilePermissions(
        tree.path().resolve("locked"), PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(tree.path(), PosixFilePermissions.fromString("r-xr-xr-x"));

    removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));

    assertGone();
    assertTrue(Files.exists(outside));
    assertEquals(List.of(), TestRepository.children(repository.root.resolve(".trash")));
    assertEquals(tree.baseCommit(), repository.git("rev-parse", "x"));
  }

  @Test
  void read_only_directories_and_links_are_deleted_without_being_followed() throws IOException {
    Path place = repository.home.resolve("junk");
    TestRepository.write(place.resolve("a/b/c"), "x");
    TestRepository.write(repository.home.resolve("precious/file"), "x");
    Files.createSymbolicLink(place.resolve("a/link"), repository.home.resolve("precious"));
    TestRepository.write(place.resolve("unlisted/d/e"), "x");
    Files.setPosixFilePermissions(
        place.resolve("unlisted/d"), PosixFilePermissions.fromString("-wx------"));
    Files.setPosixFilePermissions(
        place.resolve("unlisted"), PosixFilePermissions.fromString("---------"));
    for (String directory : List.of("a/b", "a", "")) {
      Files.setPosixFilePermissions(
          place.resolve(directory), PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    assertTrue(Trees.delete(place));

    assertFalse(Files.exists(place));
    assertTrue(Files.exists(repository.home.resolve("precious/file")));
  }

  @Test
  void a_directory_that_is_not_the_worktree_is_left_alone_whatever_may_go() throws IOException {
    Path aside = repository.home.resolve("aside");
    Files.move(tree.path(), aside);
    TestRepository.write(tree.path().resolve("precious"), "x");
    assertForeign();

    assertTrue(Trees.delete(tree.path()));
    Files.createSymbolicLink(tree.path(), aside);
    assertForeign();

    Files.delete(tree.path());
    repository.git("clone", "-q", repository.main.toString(), tree.path().toString());
    assertForeign();

    assertTrue(Trees.delete(tree.path()));
    Worktree other = repository.worktree("other");
    Files.createDirectory(tree.path());
    Files.copy(other.path().resolve(".git"), tree.path().resolve(".git"));
    assertForeign();
  }

  @Test
  void a_worktree_whose_directory_is_gone_is_listed_and_goes_when_everything_may() {
    assertTrue(Trees.delete(tree.path()));

    assertEquals(List.of(tree), repository.service().list());
    assertTrue(refused(repository.remove(tree)).has(Kind.MISSING_DIRECTORY));
    removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));
    assertGone();
  }

  @Test
  void what_is_refused_is_refused_too_where_the_repository_cannot_be_locked() throws Exception {
    assertTrue(Trees.delete(tree.path()));
    Path lock = repository.main.resolve(".git/kugetsu/registry.lock");
    Files.deleteIfExists(lock);
    Files.createDirectory(lock);

    assertTrue(refused(repository.remove(tree)).has(Kind.MISSING_DIRECTORY));
  }

  @Test
  void a_worktree_that_somebody_else_locked_stays_whatever_may_go() {
    repository.git("worktree", "unlock", tree.path().toString());
    repository.git("worktree", "lock", "--reason", "on a stick", tree.path().toString());

    Refused refused = refused(repository.remove(tree, RemovalRequest.refusing().discardAll()));

    assertTrue(refused.has(Kind.LOCKED_BY_OTHERS), refused.toString());
    assertTrue(Files.exists(tree.path().resolve("a.txt")));
    repository.git("worktree", "unlock", tree.path().toString());
    removed(repository.remove(tree));
  }

  @Test
  void what_was_removed_or_is_not_ours_is_not_registered() {
    Path path = repository.root.resolve("plain");
    repository.git("worktree", "add", "-q", "-b", "plain", path.toString());
    Worktree plain = new Worktree("plain", path, "plain", tree.baseCommit(), tree.repository());
    Worktree elsewhere =
        new Worktree("main", repository.main, "main", tree.baseCommit(), tree.repository());

    for (Worktree foreign : List.of(plain, elsewhere)) {
      Refused refused = refused(repository.remove(foreign, RemovalRequest.refusing().discardAll()));
      assertTrue(refused.has(Kind.NOT_REGISTERED), refused.toString());
      assertTrue(Files.exists(foreign.path().resolve("a.txt")));
    }
    removed(repository.remove(tree));
    assertTrue(refused(repository.remove(tree)).has(Kind.NOT_REGISTERED));
  }

  @Test
  void when_git_cannot_be_made_to_forget_it_the_worktree_is_where_it_was() throws IOException {
    Path trash = repository.main.resolve(".git/kugetsu/trash");
    TestRepository.write(trash, "in the way");
    String before = repository.traces();

    assertThrows(StorageException.class, () -> repository.remove(tree));

    assertEquals(before, repository.traces());
    assertEquals("", git("status", "--porcelain"));
    Files.delete(trash);
    removed(repository.remove(tree));
  }

  @Test
  void another_worktree_whose_directory_is_away_is_not_pruned() throws IOException {
    Worktree other = repository.worktree("other");
    repository.git("worktree", "unlock", other.path().toString());
    Path aside = repository.home.resolve("aside");
    Files.move(other.path(), aside);

    removed(repository.remove(tree));

    Files.move(aside, other.path());
    assertEquals("", repository.gitIn(other.path(), "status", "--porcelain"));
  }

  @Test
  void an_adopted_worktree_goes_and_comes_back_where_it_is_and_nothing_of_ours_stays_there()
      throws IOException {
    Path place = Files.createDirectory(repository.home.resolve("theirs"));
    Path path = place.resolve("own");
    repository.git("worktree", "add", "-q", "-b", "own", path.toString());
    Worktree adopted = TestRepository.made(repository.service().adopt(path));
    TestRepository.write(path.resolve("new"), "new");
    String files = TreeImage.files(path);

    Removed removed = removed(repository.remove(adopted, RemovalRequest.refusing().rescue()));

    assertEquals(List.of(), TestRepository.children(place));
    Restoration restoration = repository.service().restore(removed.rescue().orElseThrow());
    assertInstanceOf(Restoration.Restored.class, restoration, restoration.toString());
    assertEquals(files, TreeImage.files(path));
    assertEquals(List.of("own"), TestRepository.children(place));
    assertEquals(Optional.of(adopted), repository.service().find(adopted.name()));
  }

  @Test
  void a_worktree_that_its_person_keeps_stays() {
    assertTrue(repository.service().lock(tree, "on a stick"));

    assertTrue(
        refused(repository.remove(tree, RemovalRequest.refusing().discardAll()))
            .has(Kind.LOCKED_BY_OTHERS));

    assertTrue(repository.service().unlock(tree));
    removed(repository.remove(tree));
  }

  @Test
  void a_submodule_with_nothing_of_its_own_does_not_stand_against_it() {
    Path module = repository.home.resolve("module");
    repository.git("clone", "-q", repository.main.toString(), module.toString());
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", module.toString(), "sub");
    repository.commit("submodule");
    Worktree filled = repository.worktree("filled");
    repository.gitIn(
        filled.path(), "-c", "protocol.file.allow=always", "submodule", "-q", "update", "--init");

    assertEquals(List.of(), repository.service().workState(filled).obstacles());
    removed(repository.remove(filled));
    assertEquals("", repository.git("fsck", "--no-dangling", "--no-progress"));
  }

  @Test
  void what_a_program_that_died_did_not_delete_goes_with_the_next_opening() {
    Path rubbish = repository.root.resolve(".trash/x.999999999-1-0123abcd");
    Path needed = repository.root.resolve(".trash/x.999999999-1-0123abce.taken");
    TestRepository.write(rubbish.resolve("deep/file"), "x");
    TestRepository.write(needed.resolve("deep/file"), "x");

    repository.service();

    assertFalse(Files.exists(rubbish));
    assertTrue(Files.exists(needed.resolve("deep/file")));
  }

  private Refused assertKept(Kind kind, String example) {
    String before = repository.traces();
    Refused refused = refused(repository.remove(tree));
    assertEquals(
        kind.name(),
        refused.obstacles().stream().map(o -> o.kind().name()).collect(Collectors.joining(",")),
        refused.toString());
    assertTrue(refused.obstacles().get(0).examples().contains(example), refused.toString());
    assertEquals(before, repository.traces());
    return refused;
  }

  private void assertForeign() {
    String before = repository.traces();
    List<String> files = TestRepository.children(tree.path());
    Refused refused = refused(repository.remove(tree, RemovalRequest.refusing().discardAll()));
    assertTrue(refused.has(Kind.FOREIGN_DIRECTORY), refused.toString());
    assertEquals(before, repository.traces());
    assertEquals(files, TestRepository.children(tree.path()));
  }

  private void assertGone() {
    assertFalse(Files.exists(tree.path()));
    assertFalse(repository.git("worktree", "list").contains("trees/x"));
    assertEquals(Optional.empty(), repository.service().find("x"));
  }

  private void write(String file, String text) {
    TestRepository.write(tree.path().resolve(file), text);
  }

  private String git(String... arguments) {
    return repository.gitIn(tree.path(), arguments);
  }

  private String path(String inside) {
    return tree.path().resolve(inside).toString();
  }
}
