package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.internal.Trees;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedCreationTest {
  @TempDir Path temp;

  @Test
  void an_existing_branch_is_never_taken_over() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("branch", "mine");

    assertRefused(repository, WorktreeRequest.branch("mine"), Reason.EXISTING_BRANCH);
    assertRefused(
        repository, WorktreeRequest.branch("main").named("other"), Reason.EXISTING_BRANCH);
  }

  @Test
  void a_branch_that_differs_in_case_only_is_refused() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("branch", "Issue/14");

    assertRefused(repository, WorktreeRequest.branch("issue/14"), Reason.SIMILAR_BRANCH);
    assertRefused(repository, WorktreeRequest.branch("issue"), Reason.CONFLICTING_BRANCH);
    assertRefused(repository, WorktreeRequest.branch("issue/14/a"), Reason.CONFLICTING_BRANCH);
    assertRefused(repository, WorktreeRequest.branch("Issue/14"), Reason.EXISTING_BRANCH);
  }

  @Test
  void a_branch_that_is_a_directory_of_another_is_refused() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("branch", "issue/14");
    repository.git("pack-refs", "--all");

    assertRefused(repository, WorktreeRequest.branch("issue"), Reason.CONFLICTING_BRANCH);
    assertRefused(repository, WorktreeRequest.branch("issue/14/x"), Reason.CONFLICTING_BRANCH);
  }

  @Test
  void what_is_no_safe_name_for_a_branch_is_refused() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("checkout", "--quiet", "-b", "previous");
    repository.git("checkout", "--quiet", "main");
    List<String> names =
        List.of(
            "",
            " ",
            "-x",
            "--force",
            "a..b",
            "a b",
            "/lead",
            "trail/",
            "a//b",
            "a.lock",
            "a.lock/b",
            ".hid",
            "a/.b",
            "a~b",
            "a^b",
            "a:b",
            "a?b",
            "a*b",
            "a[b",
            "a\\b",
            "a@{b",
            "@{-1}",
            "HEAD",
            "@",
            "a.",
            "a\nb",
            "a\0b",
            "x/../y",
            "a\u007fb",
            "0123456789012345678901234567890123456789",
            "refs/heads/x",
            "é".repeat(200),
            "a/" + "b".repeat(251));

    for (String name : names) {
      assertRefused(repository, WorktreeRequest.branch(name).named("x"), Reason.INVALID_BRANCH);
    }
  }

  @Test
  void what_is_no_commit_is_refused_as_a_base() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("tag", "tree", "HEAD^{tree}");
    List<String> bases =
        List.of(
            "",
            "nothing",
            "--all",
            "-x",
            "^main",
            "main..main",
            "tree",
            "origin/main",
            "a\nb",
            "a\0b",
            "--end-of-options",
            "0123456789012345678901234567890123456789",
            "main:a.txt");

    for (String base : bases) {
      assertRefused(repository, WorktreeRequest.branch("x").from(base), Reason.UNKNOWN_BASE);
    }
  }

  @Test
  void an_unborn_head_is_refused_unless_the_base_is_another() {
    TestRepository repository = TestRepository.empty(temp);

    assertRefused(repository, WorktreeRequest.branch("x"), Reason.UNBORN_HEAD);
    assertRefused(
        repository, WorktreeRequest.branch("x").from(BaseRef.remoteDefault()), Reason.UNBORN_HEAD);

    repository.commit("first");
    repository.git("checkout", "--quiet", "--orphan", "empty");
    assertRefused(repository, WorktreeRequest.branch("x"), Reason.UNBORN_HEAD);
    made(repository.service().create(WorktreeRequest.branch("x").from("main")));
  }

  @Test
  void whatever_is_at_the_place_stays_there() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Files.createDirectories(repository.root.resolve("empty"));
    TestRepository.write(repository.root.resolve("full/file"), "mine");
    TestRepository.write(repository.root.resolve("file"), "mine");
    Files.createSymbolicLink(repository.root.resolve("dangling"), Path.of("nowhere"));
    Files.createSymbolicLink(repository.root.resolve("link"), repository.main);

    for (String name : List.of("empty", "full", "file", "dangling", "link")) {
      assertRefused(repository, WorktreeRequest.branch(name), Reason.EXISTING_PATH);
    }
    assertEquals("mine", Files.readString(repository.root.resolve("full/file")));
    assertTrue(Files.exists(repository.main.resolve("a.txt")));
  }

  @Test
  void a_place_that_git_still_has_registered_is_refused() {
    TestRepository repository = TestRepository.create(temp);
    Path path = repository.root.resolve("x");
    repository.git("worktree", "add", "-q", "-b", "other", path.toString());
    assertTrue(Trees.delete(path));

    assertRefused(repository, WorktreeRequest.branch("x"), Reason.EXISTING_PATH);
  }

  @Test
  void a_hook_that_fails_leaves_nothing() {
    TestRepository repository = TestRepository.create(temp);
    repository.hook("post-checkout", "echo out; echo some; touch more; chmod a-w lib; exit 3");

    String text = assertRefused(repository, WorktreeRequest.branch("x"), Reason.HOOK_FAILED);

    assertTrue(text.contains("exit code 3"), text);
    assertTrue(text.contains("some"), text);
  }

  @Test
  void a_hook_that_forbids_the_branch_leaves_nothing() {
    TestRepository repository = TestRepository.create(temp);
    repository.hook(
        "reference-transaction",
        "test $1 = prepared && grep -q ' refs/heads/x$' && echo no >&2 && exit 1; exit 0");

    assertRefused(repository, WorktreeRequest.branch("x"), Reason.HOOK_FAILED);
  }

  @Test
  void a_commit_that_a_failing_hook_made_is_kept_on_its_branch() {
    TestRepository repository = TestRepository.create(temp);
    repository.hook("post-checkout", "git commit -q --allow-empty -m hook; exit 1");

    var refused = refused(repository.service().create(WorktreeRequest.branch("x")));

    assertEquals(Reason.HOOK_FAILED, refused.reason());
    assertTrue(refused.text().contains("left: "), refused.text());
    assertEquals("hook", repository.git("log", "-1", "--format=%s", "x"));
    assertFalse(Files.exists(repository.root.resolve("x")));
  }

  @Test
  void a_checkout_that_fails_leaves_nothing() {
    TestRepository repository = TestRepository.create(temp);
    repository.write(".gitattributes", "*.big filter=big\n");
    repository.write("x.big", "big\n");
    repository.commit("big");
    repository.git("config", "filter.big.smudge", "false");
    repository.git("config", "filter.big.required", "true");
    String before = repository.traces();

    GitException failure =
        assertThrows(
            GitException.class, () -> repository.service().create(WorktreeRequest.branch("x")));

    assertEquals(128, failure.exitCode());
    assertTrue(failure.command().contains("reset"));
    assertEquals(before, repository.traces());
  }

  @Test
  void git_killed_before_or_after_any_step_leaves_nothing() {
    TestRepository repository = TestRepository.create(temp);
    repository.leaveEntriesToGit();
    repository.hook("post-checkout", "exit 0");
    String before = repository.traces();

    for (String step : List.of("update-ref", "worktree add", "reset --hard", "hook run")) {
      for (String done : List.of("", "$GIT \"$@\"; ")) {
        WorktreeService service =
            repository.serviceWithGit(
                "case \" $* \" in *' "
                    + step
                    + " '*) "
                    + done
                    + "kill -9 $$;; esac; exec $GIT \"$@\"");
        try {
          assertEquals(
              Reason.HOOK_FAILED,
              refused(service.create(WorktreeRequest.branch("x"))).reason(),
              step);
        } catch (GitException e) {
          assertEquals(137, e.exitCode());
        }
        assertEquals(before, repository.traces(), done + step);
      }
    }
  }

  @Test
  void git_killed_while_it_makes_the_entry_or_the_files_leaves_nothing() {
    TestRepository repository = TestRepository.create(temp);
    repository.leaveEntriesToGit();
    String before = repository.traces();
    // What a kill leaves at four moments: the reason only, the link too, the whole entry, the
    // files.
    String entry = repository.main.resolve(".git/worktrees/x").toString();
    String start = "mkdir -p " + entry + "; echo 'kugetsu x' > " + entry + "/locked; ";
    String link = "echo " + repository.root.resolve("x/.git") + " > " + entry + "/gitdir; ";
    for (String left :
        List.of(
            start,
            start + link,
            "$GIT \"$@\"; ",
            "$GIT \"$@\"; echo half > " + repository.root.resolve("x/a.txt") + "; ")) {
      WorktreeService service =
          repository.serviceWithGit(
              "case \" $* \" in *' worktree add '*) "
                  + left
                  + "kill -9 $$;; esac; exec $GIT \"$@\"");

      assertThrows(GitException.class, () -> service.create(WorktreeRequest.branch("x")), left);

      assertEquals(before, repository.traces(), left);
    }
  }

  @Test
  void an_interrupt_ends_git_and_leaves_nothing() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    Path started = repository.home.resolve("started");
    repository.hook(
        "post-checkout",
        "echo $$ > " + started + ".tmp; mv " + started + ".tmp " + started + "; exec sleep 60");
    String before = repository.traces();
    CountDownLatch flagSeen = new CountDownLatch(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> creation =
          threads.submit(
              () -> {
                GitException failure =
                    assertThrows(
                        GitException.class,
                        () -> repository.service().create(WorktreeRequest.branch("x")));
                assertEquals(List.of(), List.of(failure.getSuppressed()));
                if (Thread.currentThread().isInterrupted()) {
                  flagSeen.countDown();
                }
              });
      Eventually.isTrue(() -> Files.exists(started));
      threads.shutdownNow();
      creation.get(1, TimeUnit.MINUTES);
    } finally {
      threads.shutdownNow();
    }

    assertTrue(flagSeen.await(0, TimeUnit.SECONDS));
    assertEquals(before, repository.traces());
    assertFalse(OsProcesses.lives(Long.parseLong(Files.readString(started).strip())));
  }

  @Test
  void collisions_with_others_are_tried_again() {
    TestRepository repository = TestRepository.create(temp);
    repository.leaveEntriesToGit();
    Path counter = repository.home.resolve("count");
    for (String text :
        List.of(
            "fatal: failed to read .git/worktrees/X/commondir: Success",
            "fatal: Invalid path '/a/.git/worktrees/X': No such file or directory",
            "error: could not lock config file .git/config: File exists",
            "fatal: bad object worktrees/X/HEAD",
            "fatal: could not open '.git/worktrees/X/HEAD' for writing: No such file",
            "fatal: Unable to create '/a/.git/packed-refs.lock': File exists.")) {
      TestRepository.write(counter, "");
      WorktreeService service =
          repository.serviceWithGit(
              "case \" $* \" in *' worktree add '*) echo x >> "
                  + counter
                  + "; if [ $(wc -l < "
                  + counter
                  + ") -lt 4 ]; then $GIT \"$@\"; echo \""
                  + text
                  + "\" >&2; exit 128; fi;; esac; exec $GIT \"$@\"");

      TestRepository.removed(
          service.remove(made(service.create(WorktreeRequest.branch("x" + text.hashCode())))));
      assertEquals(List.of(), TestRepository.children(repository.root.resolve(".trash")), text);
      assertEquals(4, lines(counter), text);
    }
  }

  @Test
  void other_failures_are_not_tried_again() {
    TestRepository repository = TestRepository.create(temp);
    repository.leaveEntriesToGit();
    Path counter = repository.home.resolve("count");
    WorktreeService service =
        repository.serviceWithGit(
            "case \" $* \" in *' worktree add '*) echo x >> "
                + counter
                + "; echo 'fatal: no space' >&2; exit 128;; esac; exec $GIT \"$@\"");
    String before = repository.traces();

    GitException failure =
        assertThrows(GitException.class, () -> service.create(WorktreeRequest.branch("x")));

    assertEquals("fatal: no space\n", failure.errorTail());
    assertEquals(before, repository.traces());
    assertEquals(1, lines(counter));
  }

  @Test
  void a_repository_that_others_keep_locked_is_refused_after_a_bounded_wait() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    Path lock = repository.main.resolve(".git/kugetsu/registry.lock");
    Files.createDirectory(lock.getParent());
    WorktreeService service =
        new GitWorktrees(
            new Git(repository.environment()),
            repository.main,
            repository.root,
            Duration.ofMillis(50));
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      LockFile.Held held = other.submit(() -> FileLocks.of(lock).lock(Duration.ofSeconds(5))).get();

      assertEquals(
          Reason.REPOSITORY_BUSY, refused(service.create(WorktreeRequest.branch("x"))).reason());

      other.submit(held::close).get();
      made(service.create(WorktreeRequest.branch("x")));
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void a_lock_file_of_gits_is_left_alone() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Path lock = repository.main.resolve(".git/refs/heads/x.lock");
    TestRepository.write(lock, "");
    String before = repository.traces();

    assertThrows(
        GitException.class, () -> repository.service().create(WorktreeRequest.branch("x")));

    assertEquals(before, repository.traces());
    assertTrue(Files.exists(lock));
    Files.delete(lock);
    repository.worktree("x");
  }

  @Test
  void a_name_that_is_no_plain_word_is_refused() {
    WorktreeRequest request = WorktreeRequest.branch("x");

    for (String name :
        List.of("", "-a", "A", "a/b", "..", ".trash", "a b", "a.b", "ä", "a".repeat(61))) {
      assertThrows(InvalidRequestException.class, () -> request.named(name), name);
    }
  }

  @Test
  void names_made_from_branches_are_valid_and_keep_branches_apart() {
    assertEquals("fix-42", WorktreeRequest.branch("fix-42").name());
    assertTrue(WorktreeRequest.branch("Fix/42").name().matches("fix-42-[0-9a-f]{10}"));
    assertFalse(
        WorktreeRequest.branch("Fix/42").name().equals(WorktreeRequest.branch("fix/42").name()));
    for (String branch : List.of("", "日本", "con", "a".repeat(200), "---", "kugetsu/X#1")) {
      assertTrue(Names.isValid(WorktreeRequest.branch(branch).name()), branch);
    }
    assertFalse("con".equals(WorktreeRequest.branch("con").name()));
  }

  @Test
  void a_root_inside_gits_own_directory_is_refused() {
    TestRepository repository = TestRepository.create(temp);

    assertThrows(
        InvalidRequestException.class,
        () -> WorktreeService.of(repository.main, repository.main.resolve(".git/worktrees")));
  }

  private static long lines(Path file) {
    try {
      return Files.readAllLines(file).size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String assertRefused(
      TestRepository repository, WorktreeRequest request, Reason reason) {
    String before = repository.traces();
    var refused = refused(repository.service().create(request));
    assertEquals(reason, refused.reason(), request + ": " + refused.text());
    assertEquals(before, repository.traces(), request.toString());
    return refused.text();
  }
}
