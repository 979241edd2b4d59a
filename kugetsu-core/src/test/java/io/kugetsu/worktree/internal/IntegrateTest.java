package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.ChildProgram;
import io.kugetsu.worktree.Integration;
import io.kugetsu.worktree.Integration.Integrated;
import io.kugetsu.worktree.Integration.Preview;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IntegrateTest {
  private static final String MAKE = "printf x > \"$(printf '\\303\\244')\"";

  @TempDir Path temp;
  private TestRepository repository;
  private Worktree tree;

  @BeforeEach
  void make_a_worktree_with_work() {
    repository = TestRepository.create(temp);
    tree = repository.worktree("x");
    work("a.txt", "changed\n", "first piece");
    work("new/deep/file", "new\n", "second piece");
  }

  @AfterEach
  void nothing_is_left_on_the_way() {
    assertEquals(List.of(), TestRepository.children(common().resolve("kugetsu/merging")));
    assertEquals(List.of(), TestRepository.children(common().resolve("kugetsu/begun")));
    assertFalse(Files.exists(common().resolve("index.lock")));
    assertFalse(Files.exists(common().resolve("MERGE_HEAD")));
    assertEquals(
        "", repository.tryGitIn(repository.main, "fsck", "--no-dangling", "--no-progress"));
  }

  @Test
  void fast_forward_moves_the_branch_and_its_files() {
    String before = repository.head();

    Integrated done = integrated(IntegrationRequest.into("main"));

    assertEquals(
        new Integrated("main", before, treeHead(), Method.FAST_FORWARD, false, List.of()), done);
    assertEquals(treeHead(), repository.head());
    assertClean();
    assertEquals("changed\n", read("a.txt"));
    assertEquals("new\n", read("new/deep/file"));
    assertEquals("kugetsu: fast_forward x", repository.git("log", "-g", "-1", "--format=%gs"));
    assertEquals(
        "kugetsu: fast_forward x", repository.git("log", "-g", "-1", "--format=%gs", "main"));
  }

  @Test
  void fast_forward_is_refused_when_the_target_went_on() {
    commitOnMain("other", "1\n");
    assertRefused(Integration.Reason.NOT_FAST_FORWARD, IntegrationRequest.into("main"));
  }

  @Test
  void a_merge_has_two_parents_also_where_it_could_be_moved_forward() {
    String before = repository.head();

    Integrated done = integrated(IntegrationRequest.into("main").by(Method.MERGE));

    assertEquals(
        before + " " + treeHead(), repository.git("log", "-1", "--format=%P", done.after()));
    assertEquals("Merge branch 'x'", repository.git("log", "-1", "--format=%B"));
    assertClean();
  }

  @Test
  void a_merge_joins_what_both_sides_did() {
    commitOnMain("other", "1\n");

    Preview preview = previewed(IntegrationRequest.into("main").by(Method.MERGE).asDryRun());
    Integrated done = integrated(IntegrationRequest.into("main").by(Method.MERGE).message("Mine"));

    assertEquals(preview.files(), repository.git("rev-parse", done.after() + "^{tree}"));
    assertEquals(3, preview.commits());
    assertEquals(2, preview.filesChanged());
    assertEquals("Mine", repository.git("log", "-1", "--format=%B"));
    assertEquals("1\n", read("other"));
    assertEquals("changed\n", read("a.txt"));
    assertClean();
  }

  @Test
  void a_squash_is_one_commit_with_all_of_it() {
    String before = commitOnMain("other", "1\n");

    Integrated done = integrated(IntegrationRequest.into("main").by(Method.SQUASH));

    assertEquals(before, repository.git("log", "-1", "--format=%P", done.after()));
    assertEquals(
        "Squash 'x'\n\n* first piece\n* second piece", repository.git("log", "-1", "--format=%B"));
    assertEquals("new\n", read("new/deep/file"));
    assertClean();
  }

  @Test
  void a_rebase_replays_each_commit_with_its_author_and_leaves_the_branch() {
    String before = commitOnMain("other", "1\n");
    repository.gitIn(
        tree.path(),
        "commit",
        "-q",
        "--amend",
        "--author=Zoë <z@e.org>",
        "--date=@1000000 +0200",
        "-m",
        "second ü\n\nwith a body");
    repository.gitIn(tree.path(), "commit", "-q", "--allow-empty", "-m", "meant to be empty");
    String head = treeHead();

    Integrated done = integrated(IntegrationRequest.into("main").by(Method.REBASE));

    assertEquals(
        "meant to be empty\nsecond ü\nfirst piece",
        repository.git("log", "--format=%s", before + ".." + done.after()));
    assertEquals(
        "Zoë z@e.org 1000000 +0200 A",
        repository.git("log", "-1", "--date=raw", "--format=%an %ae %ad %cn", "HEAD~1"));
    assertEquals("second ü\n\nwith a body", repository.git("log", "-1", "--format=%B", "HEAD~1"));
    assertEquals(head, repository.git("rev-parse", "x"));
    assertEquals("1\n", read("other"));
    assertClean();
  }

  @Test
  void a_rebase_leaves_out_what_the_target_has_already() {
    String first = repository.git("rev-parse", "x~1");
    commitOnMain("other", "1\n");
    repository.git("cherry-pick", first);

    Integrated done = integrated(IntegrationRequest.into("main").by(Method.REBASE));

    assertEquals(
        "second piece", repository.git("log", "--format=%s", done.before() + ".." + done.after()));
  }

  @Test
  void a_conflicting_replay_leaves_nothing() {
    commitOnMain("a.txt", "other\n");

    Integration.Refused refused =
        assertRefused(
            Integration.Reason.CONFLICTS, IntegrationRequest.into("main").by(Method.REBASE));

    assertTrue(refused.text().contains("first piece"), refused.text());
    assertEquals(List.of("a.txt"), refused.paths());
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void what_is_there_already_is_done(Method method) {
    integrated(IntegrationRequest.into("main").by(Method.MERGE));
    String before = repository.head();

    Integrated done = integrated(IntegrationRequest.into("main").by(method));

    assertEquals(new Integrated("main", before, before, method, true, List.of()), done);
  }

  @Test
  void a_squash_of_nothing_new_makes_no_commit() {
    integrated(IntegrationRequest.into("main").by(Method.SQUASH));

    assertTrue(integrated(IntegrationRequest.into("main").by(Method.SQUASH)).alreadyThere());
    assertTrue(integrated(IntegrationRequest.into("main").by(Method.REBASE)).alreadyThere());
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void a_dry_run_changes_nothing(Method method) {
    String traces = repository.traces();

    Preview preview = previewed(IntegrationRequest.into("main").by(method).asDryRun());

    assertEquals(repository.git("rev-parse", "x^{tree}"), preview.files());
    assertEquals(2, preview.filesChanged());
    assertEquals(traces, repository.traces());
    assertClean();
  }

  @Test
  void conflicts_are_listed_with_their_kinds_and_nothing_changes() throws IOException {
    Files.write(tree.path().resolve("image"), new byte[] {0, 1});
    repository.commitIn(tree.path(), "binary");
    Files.delete(tree.path().resolve("lib/b.txt"));
    repository.commitIn(tree.path(), "delete");
    repository.write("a.txt", "another\n");
    repository.write("lib/b.txt", "changed\n");
    Files.write(repository.main.resolve("image"), new byte[] {0, 2});
    repository.commit("against all of it");

    for (boolean dry : List.of(true, false)) {
      IntegrationRequest request = IntegrationRequest.into("main").by(Method.MERGE);
      Integration.Refused refused =
          assertRefused(Integration.Reason.CONFLICTS, dry ? request.asDryRun() : request);

      assertEquals(
          List.of("a.txt", "image", "lib/b.txt"), refused.paths().stream().sorted().toList());
      assertEquals(
          List.of("CONFLICT (binary)", "CONFLICT (contents)", "CONFLICT (modify/delete)"),
          refused.conflicts().stream()
              .map(Integration.Conflict::kind)
              .distinct()
              .sorted()
              .toList());
    }
  }

  @Test
  void what_was_renamed_on_one_side_is_changed_on_the_other() {
    repository.git("mv", "a.txt", "moved.txt");
    repository.commit("rename");

    integrated(IntegrationRequest.into("main").by(Method.SQUASH));

    assertEquals("changed\n", read("moved.txt"));
    assertClean();
  }

  @Test
  void a_target_that_is_checked_out_nowhere_just_moves() {
    repository.git("branch", "release");
    String main = repository.head();

    Integrated done = integrated(IntegrationRequest.into("release").by(Method.MERGE));

    assertEquals(done.after(), repository.git("rev-parse", "release"));
    assertEquals(
        "Merge branch 'x' into release", repository.git("log", "-1", "--format=%B", "release"));
    assertEquals(main, repository.head());
    assertEquals("one\n", read("a.txt"));
    assertClean();
  }

  @Test
  void a_target_in_somebodys_linked_worktree_takes_its_files_along() {
    repository.git("branch", "release");
    Path linked = repository.home.resolve("linked");
    repository.git("worktree", "add", "-q", linked.toString(), "release");

    integrated(IntegrationRequest.into("release"));

    assertEquals("", repository.gitIn(linked, "status", "--porcelain"));
    assertEquals(treeHead(), repository.gitIn(linked, "rev-parse", "HEAD"));
  }

  @Test
  void a_target_in_a_worktree_of_ours_is_left_alone() {
    Worktree other = repository.worktree("y");
    assertRefused(Integration.Reason.TARGET_IN_USE, IntegrationRequest.into("y"));
    assertEquals("", repository.gitIn(other.path(), "status", "--porcelain"));
  }

  @Test
  void a_target_that_two_have_checked_out_is_left_alone() {
    repository.git(
        "worktree", "add", "-q", "--force", repository.home.resolve("second").toString(), "main");
    assertRefused(Integration.Reason.TARGET_IN_USE, IntegrationRequest.into("main"));
  }

  @Test
  void a_target_that_is_being_rebased_is_left_alone() {
    repository.write("conflict", "1\n");
    repository.commit("on main");
    repository.git("branch", "upstream", "HEAD~1");
    repository.git("checkout", "-q", "upstream");
    repository.write("conflict", "2\n");
    repository.commit("on upstream");
    repository.git("checkout", "-q", "main");
    repository.tryGitIn(repository.main, "rebase", "upstream");
    assertTrue(Files.isDirectory(common().resolve("rebase-merge")));

    assertRefused(Integration.Reason.TARGET_IN_USE, IntegrationRequest.into("main"));
  }

  @Test
  void a_target_in_the_middle_of_a_merge_is_left_alone() {
    repository.git("branch", "side");
    commitOnMain("a.txt", "main\n");
    repository.git("checkout", "-q", "side");
    commitOnMain("a.txt", "side\n");
    repository.git("checkout", "-q", "main");
    repository.tryGitIn(repository.main, "merge", "side");
    String status = repository.git("status", "--porcelain");

    Integration answer = integrate(IntegrationRequest.into("main").by(Method.MERGE));

    assertEquals(
        Integration.Reason.OPERATION_IN_PROGRESS,
        assertInstanceOf(Integration.Refused.class, answer).reason());
    assertEquals(status, repository.git("status", "--porcelain"));
    repository.git("merge", "--abort");
  }

  @Test
  void a_target_in_the_middle_of_anything_is_left_alone_also_when_nothing_differs() {
    repository.git("branch", "side");
    commitOnMain("a.txt", "main\n");
    repository.git("checkout", "-q", "side");
    commitOnMain("a.txt", "side\n");
    commitOnMain("a.txt", "side too\n");
    String patch = repository.git("format-patch", "-1", "--stdout", "side~1") + "\n";
    TestRepository.write(repository.home.resolve("patch"), patch);
    repository.git("checkout", "-q", "main");
    for (String[] operation :
        new String[][] {
          {"merge", "side"},
          {"cherry-pick", "side"},
          {"cherry-pick", "side~1", "side"},
          {"revert", "--no-edit", "main~1"},
          {"am", "-3", "../patch"},
          {"bisect", "start"}
        }) {
      repository.tryGitIn(repository.main, operation);
      repository.git("checkout", "-q", "HEAD", "--", ".");
      assertEquals("", repository.git("status", "--porcelain"));
      Integration.Refused refused =
          assertInstanceOf(
              Integration.Refused.class,
              integrate(IntegrationRequest.into("main").by(Method.MERGE)),
              operation[0]);
      assertEquals(
          Integration.Reason.OPERATION_IN_PROGRESS,
          refused.reason(),
          operation[0] + ": " + refused.text());
      repository.git(operation[0], operation[0].equals("bisect") ? "reset" : "--abort");
    }
    // what is left over of one may hold work, as a removal takes it
    repository.write(".git/MERGE_AUTOSTASH", repository.head() + "\n");
    assertRefused(
        Integration.Reason.OPERATION_IN_PROGRESS, IntegrationRequest.into("main").by(Method.MERGE));
  }

  @Test
  void a_dirty_target_is_refused_with_the_files_staged_or_not() {
    repository.write("lib/b.txt", "mine\n");
    Integration.Refused refused =
        assertRefused(Integration.Reason.DIRTY_TARGET, IntegrationRequest.into("main"));
    assertEquals(List.of("lib/b.txt"), refused.paths());

    repository.git("add", "lib/b.txt");
    assertRefused(Integration.Reason.DIRTY_TARGET, IntegrationRequest.into("main").asDryRun());
  }

  @Test
  void a_target_whose_files_were_only_touched_is_not_dirty() throws IOException {
    for (String file : List.of("a.txt", "lib/b.txt")) {
      Files.setLastModifiedTime(repository.main.resolve(file), FileTime.fromMillis(1000));
    }
    integrated(IntegrationRequest.into("main"));
    assertClean();
  }

  @Test
  void untracked_files_elsewhere_are_no_obstacle() {
    repository.write("notes", "mine\n");
    integrated(IntegrationRequest.into("main"));
    assertEquals("mine\n", read("notes"));
  }

  @Test
  void a_file_in_the_way_stays_even_if_git_ignores_it() {
    repository.write(".git/info/exclude", "new/\n*.env\n");
    repository.gitIn(tree.path(), "-c", "core.excludesFile=/dev/null", "add", "--all");
    TestRepository.write(tree.path().resolve("x.env"), "theirs\n");
    repository.gitIn(tree.path(), "add", "--force", "x.env");
    repository.gitIn(tree.path(), "commit", "-q", "-m", "env");
    repository.write("x.env", "mine\n");
    repository.write("new/deep", "a file where a directory is to be\n");

    for (Method method : Method.values()) {
      Integration.Refused refused =
          assertRefused(
              Integration.Reason.FILES_IN_THE_WAY, IntegrationRequest.into("main").by(method));
      assertEquals(List.of("new/deep", "x.env"), refused.paths());
      assertRefused(
          Integration.Reason.FILES_IN_THE_WAY,
          IntegrationRequest.into("main").by(method).asDryRun());
    }
    assertEquals("mine\n", read("x.env"));
  }

  @Test
  void a_directory_with_ignored_files_does_not_become_a_file() {
    repository.write(".git/info/exclude", "*.o\n");
    repository.gitIn(tree.path(), "rm", "-q", "-r", "lib");
    TestRepository.write(tree.path().resolve("lib"), "now a file\n");
    repository.commitIn(tree.path(), "lib is a file");
    repository.write("lib/kept.o", "object\n");

    Integration.Refused refused =
        assertRefused(Integration.Reason.FILES_IN_THE_WAY, IntegrationRequest.into("main"));

    assertEquals(List.of("lib/kept.o"), refused.paths());
    assertEquals("object\n", read("lib/kept.o"));
  }

  @Test
  void a_directory_becomes_a_file_and_a_file_a_directory() {
    repository.gitIn(tree.path(), "rm", "-q", "-r", "lib", "a.txt");
    TestRepository.write(tree.path().resolve("lib"), "now a file\n");
    TestRepository.write(tree.path().resolve("a.txt/inside"), "now a directory\n");
    repository.commitIn(tree.path(), "turned round");

    integrated(IntegrationRequest.into("main"));

    assertEquals("now a file\n", read("lib"));
    assertEquals("now a directory\n", read("a.txt/inside"));
    assertClean();
  }

  @Test
  void an_edit_that_git_was_told_not_to_see_is_not_overwritten() {
    repository.git("update-index", "--assume-unchanged", "a.txt");
    repository.write("a.txt", "hidden edit\n");

    assertRefused(Integration.Reason.DIRTY_TARGET, IntegrationRequest.into("main"));

    assertEquals("hidden edit\n", read("a.txt"));
    repository.git("update-index", "--no-assume-unchanged", "a.txt");
  }

  /** The file that is in the way is named as it is named, not by its bytes. */
  @Test
  void what_is_loose_has_its_name_in_any_language() {
    repository.gitIn(tree.path(), "-c", "alias.make=!" + MAKE, "make");

    Integration.Refused refused =
        assertRefused(Integration.Reason.UNCOMMITTED_CHANGES, IntegrationRequest.into("main"));

    assertEquals(List.of("\u00e4"), refused.paths());
  }

  /** As in a container, where nothing says in which charset names are. */
  @Test
  void names_come_home_and_are_seen_also_where_the_host_has_no_charset() throws Exception {
    repository.gitIn(tree.path(), "-c", "alias.make=!" + MAKE, "make");
    repository.commitIn(tree.path(), "a name");
    repository.gitIn(
        repository.main, "-c", "alias.make=!" + MAKE.replace("\\244", "\\266"), "make");
    try (ChildProgram program =
        ChildProgram.startWith(
            Map.of("LC_ALL", "C"),
            IntegratingProgram.class,
            repository.home,
            repository.main,
            repository.root,
            "git",
            "x",
            "FAST_FORWARD")) {
      program.await("Integrated[");
      assertEquals("1", program.await("loose files: "));
    }
    assertEquals(treeHead(), repository.head());
  }

  @Test
  void a_lock_of_another_git_is_respected() throws IOException {
    Path lock = common().resolve("index.lock");
    Files.writeString(lock, "");

    Integration answer =
        new GitWorktrees(
                new Git(repository.environment()), repository.main, repository.root, Duration.ZERO)
            .integrate(tree, IntegrationRequest.into("main"));

    assertEquals(
        Integration.Reason.TARGET_LOCKED,
        assertInstanceOf(Integration.Refused.class, answer).reason());
    assertTrue(Files.exists(lock));
    Files.delete(lock);
  }

  @Test
  void uncommitted_work_would_not_come_home_and_is_refused() {
    TestRepository.write(tree.path().resolve("loose"), "x\n");
    Integration.Refused refused =
        assertRefused(Integration.Reason.UNCOMMITTED_CHANGES, IntegrationRequest.into("main"));
    assertEquals(List.of("loose"), refused.paths());
  }

  @Test
  void another_branch_comes_home_unless_the_own_one_has_more() {
    repository.gitIn(tree.path(), "checkout", "-q", "-b", "own-idea", "x~1");
    assertRefused(Integration.Reason.LEFT_BEHIND, IntegrationRequest.into("main"));

    repository.gitIn(tree.path(), "merge", "-q", "--ff-only", "x");
    work("more", "1\n", "more");
    integrated(IntegrationRequest.into("main").by(Method.MERGE));
    assertEquals("Merge branch 'own-idea'", repository.git("log", "-1", "--format=%s"));
  }

  @Test
  void targets_that_are_none_are_refused() {
    assertRefused(Integration.Reason.SAME_BRANCH, IntegrationRequest.into("x"));
    assertRefused(Integration.Reason.UNKNOWN_TARGET, IntegrationRequest.into("nowhere"));
    repository.git("tag", "release");
    assertRefused(Integration.Reason.UNKNOWN_TARGET, IntegrationRequest.into("release"));
    for (String name : List.of("-x", "a..b", "main~1", "", "HEAD", "a\0b", "refs/heads/main")) {
      assertRefused(Integration.Reason.INVALID_TARGET, IntegrationRequest.into(name));
    }
    repository.git("symbolic-ref", "refs/heads/alias", "refs/heads/main");
    assertRefused(Integration.Reason.UNKNOWN_TARGET, IntegrationRequest.into("alias"));
  }

  @Test
  void histories_with_nothing_in_common_are_refused() {
    repository.git("checkout", "-q", "--orphan", "other");
    repository.commit("another beginning");
    for (Method method : List.of(Method.MERGE, Method.SQUASH)) {
      assertRefused(
          Integration.Reason.UNRELATED_HISTORIES, IntegrationRequest.into("other").by(method));
    }
  }

  @Test
  void a_bare_repository_has_a_way_home_too() {
    Path bare = repository.home.resolve("bare.git");
    repository.git("clone", "-q", "--bare", repository.main.toString(), bare.toString());
    var service =
        new GitWorktrees(
            new Git(repository.environment()),
            bare,
            repository.home.resolve("others"),
            TestRepository.LOCK_WAIT);
    Worktree other = TestRepository.made(service.create(WorktreeRequest.branch("y").from("main")));
    TestRepository.write(other.path().resolve("b"), "1\n");
    repository.commitIn(other.path(), "in bare");

    Integration answer = service.integrate(other, IntegrationRequest.into("main").by(Method.MERGE));

    assertInstanceOf(Integrated.class, answer, answer.toString());
    assertEquals("Merge branch 'y'", repository.gitIn(bare, "log", "-1", "--format=%s", "main"));
  }

  @Test
  void an_old_git_is_told_only_when_it_matters() {
    var old =
        repository.serviceWithGit(
            "case \"$*\" in *version) echo git version 2.37.9; exit;; esac\nexec $GIT \"$@\"");

    Integration merge = old.integrate(tree, IntegrationRequest.into("main").by(Method.MERGE));
    assertEquals(
        Integration.Reason.GIT_TOO_OLD,
        assertInstanceOf(Integration.Refused.class, merge).reason());
    assertInstanceOf(Integrated.class, old.integrate(tree, IntegrationRequest.into("main")));
  }

  private Integration integrate(IntegrationRequest request) {
    return repository.service().integrate(tree, request);
  }

  private Integrated integrated(IntegrationRequest request) {
    Integration answer = integrate(request);
    return assertInstanceOf(Integrated.class, answer, answer.toString());
  }

  private Preview previewed(IntegrationRequest request) {
    Integration answer = integrate(request);
    return assertInstanceOf(Preview.class, answer, answer.toString());
  }

  /** And everything is as it was. */
  private Integration.Refused assertRefused(Integration.Reason reason, IntegrationRequest request) {
    String traces = repository.traces();
    String status = repository.git("status", "--porcelain", "--ignored");
    Integration answer = integrate(request);
    Integration.Refused refused =
        assertInstanceOf(Integration.Refused.class, answer, answer.toString());
    assertEquals(reason, refused.reason(), refused.text());
    assertEquals(traces, repository.traces());
    assertEquals(status, repository.git("status", "--porcelain", "--ignored"));
    return refused;
  }

  private void work(String file, String text, String message) {
    TestRepository.write(tree.path().resolve(file), text);
    repository.commitIn(tree.path(), message);
  }

  private String commitOnMain(String file, String text) {
    repository.write(file, text);
    repository.commit("main goes on");
    return repository.head();
  }

  private String treeHead() {
    return repository.gitIn(tree.path(), "rev-parse", "HEAD");
  }

  private Path common() {
    return repository.main.resolve(".git");
  }

  private String read(String file) {
    try {
      return Files.readString(repository.main.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertClean() {
    assertEquals("", repository.git("status", "--porcelain"));
    assertNotEquals("", repository.head());
  }
}
