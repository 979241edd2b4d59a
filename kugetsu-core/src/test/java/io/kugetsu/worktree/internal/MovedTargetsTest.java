package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Integration;
import io.kugetsu.worktree.Integration.Integrated;
import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.Integration.Refused;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others at work on the target, and the hooks and settings of the repository. */
class MovedTargetsTest {
  @TempDir Path temp;
  private TestRepository repository;
  private Worktree tree;

  @BeforeEach
  void make_a_worktree_with_work() {
    repository = TestRepository.create(temp);
    tree = repository.worktree("x");
    TestRepository.write(tree.path().resolve("a.txt"), "changed\n");
    repository.commitIn(tree.path(), "work");
  }

  /** The row "update-ref on a checked-out branch: no protection", done by somebody else. */
  @Test
  void a_target_that_moves_meanwhile_is_merged_anew_and_nothing_of_it_is_lost() {
    repository.git("branch", "release");
    WorktreeService moving =
        repository.serviceWithGit(
            "case \" $* \" in *\" update-ref -m kugetsu\"*)"
                + " [ -e $HOME/once ] || { touch $HOME/once; t=$(git -C "
                + repository.main
                + " commit-tree -p release -m theirs release^{tree});"
                + " git -C "
                + repository.main
                + " update-ref refs/heads/release $t; };; esac; exec $GIT \"$@\"");

    Integration answer =
        moving.integrate(tree, IntegrationRequest.into("release").by(Method.MERGE));

    Integrated done = assertInstanceOf(Integrated.class, answer, answer.toString());
    assertEquals("theirs", repository.git("log", "-1", "--format=%s", done.before()));
    assertEquals(done.after(), repository.git("rev-parse", "release"));
    assertTrue(Files.exists(repository.home.resolve("once")));
  }

  @Test
  void a_checked_out_target_that_moves_meanwhile_takes_its_files_back_first() {
    WorktreeService moving = movingMain("[ -e $HOME/once ] && exec $GIT \"$@\"; touch $HOME/once");

    Integration answer = moving.integrate(tree, IntegrationRequest.into("main").by(Method.MERGE));

    Integrated done = assertInstanceOf(Integrated.class, answer, answer.toString());
    assertEquals("theirs", repository.git("log", "-1", "--format=%s", done.before()));
    assertEquals("", repository.git("status", "--porcelain"));
    assertEquals(List.of(), left());
  }

  @Test
  void a_target_that_moves_each_time_is_given_up_with_everything_in_its_place() {
    Integration answer =
        movingMain("").integrate(tree, IntegrationRequest.into("main").by(Method.SQUASH));

    assertEquals(Reason.TARGET_MOVED, assertInstanceOf(Refused.class, answer).reason());
    assertEquals("theirs", repository.git("log", "-1", "--format=%s"));
    assertEquals("", repository.git("status", "--porcelain"));
    assertEquals(List.of(), left());
  }

  /** Before main's own move somebody else moves it, with the same files. */
  private WorktreeService movingMain(String unless) {
    return repository.serviceWithGit(
        "case \" $* \" in *\" update-ref -m kugetsu\"*) "
            + unless
            + "\nt=$(git -C "
            + repository.main
            + " commit-tree -p main -m theirs main^{tree}); git -C "
            + repository.main
            + " update-ref refs/heads/main $t;; esac; exec $GIT \"$@\"");
  }

  @Test
  void four_come_home_at_once_and_all_of_them_arrive() throws Exception {
    List<Worktree> trees = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Worktree each = repository.worktree("y" + i);
      TestRepository.write(each.path().resolve("file" + i), i + "\n");
      repository.commitIn(each.path(), "work " + i);
      trees.add(each);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integration>> answers = new ArrayList<>();
      for (Worktree each : trees) {
        answers.add(
            threads.submit(
                () ->
                    untilThere(
                        repository.service(),
                        each,
                        IntegrationRequest.into("main").by(Method.MERGE))));
      }
      for (Future<Integration> answer : answers) {
        assertInstanceOf(Integrated.class, answer.get(), answer.get().toString());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(
        4,
        TestRepository.children(repository.main).stream()
            .filter(f -> f.startsWith("file"))
            .count());
    assertEquals("", repository.git("status", "--porcelain"));
    assertEquals(List.of(), left());
  }

  /** It may be refused as another one is at it, which is what the refusal says to do. */
  private static Integration untilThere(
      WorktreeService service, Worktree tree, IntegrationRequest request) {
    while (true) {
      Integration answer = service.integrate(tree, request);
      if (!(answer instanceof Refused refused)
          || (refused.reason() != Reason.TARGET_MOVED
              && refused.reason() != Reason.TARGET_LOCKED
              && refused.reason() != Reason.DIRTY_TARGET)) {
        return answer;
      }
    }
  }

  @Test
  void the_hook_for_messages_may_change_and_forbid_and_the_others_see_no_checkout() {
    repository.hook("commit-msg", "grep -q forbidden \"$1\" && exit 1; echo Signed >> \"$1\"");
    repository.hook("pre-merge-commit", "touch $HOME/ran; exit 1");
    repository.hook("pre-commit", "touch $HOME/ran; exit 1");
    repository.hook("post-merge", "pwd > $HOME/merged; exit 3");
    String before = repository.head();

    Integration refused =
        repository
            .service()
            .integrate(
                tree, IntegrationRequest.into("main").by(Method.SQUASH).message("forbidden"));
    assertEquals(Reason.HOOK_FAILED, assertInstanceOf(Refused.class, refused).reason());
    assertEquals(before, repository.head());

    Integrated done =
        assertInstanceOf(
            Integrated.class,
            repository
                .service()
                .integrate(tree, IntegrationRequest.into("main").by(Method.MERGE).message("Fine")));
    assertEquals("Fine\nSigned", repository.git("log", "-1", "--format=%B"));
    assertEquals(1, done.warnings().size());
    assertTrue(done.warnings().get(0).contains("post-merge"), done.toString());
    assertFalse(Files.exists(repository.home.resolve("ran")));
  }

  @Test
  void a_hook_is_not_told_where_the_files_are_and_may_ask_another_repository() throws Exception {
    Path other = Files.createDirectory(repository.home.resolve("other"));
    repository.gitIn(other, "init", "--quiet");
    String asks = "git -C $HOME/other rev-parse --show-toplevel";
    repository.hook("commit-msg", asks + " >> $HOME/asked");
    repository.hook("post-merge", asks + " >> $HOME/asked; git clone -q $HOME/other sub 2>&1");

    Integration answer =
        repository.service().integrate(tree, IntegrationRequest.into("main").by(Method.MERGE));

    assertEquals(List.of(), assertInstanceOf(Integrated.class, answer).warnings());
    assertEquals(
        List.of(other.toString(), other.toString()),
        Files.readAllLines(repository.home.resolve("asked")));
  }

  @Test
  void an_interrupt_in_the_last_hook_does_not_hide_that_the_work_is_there() throws Exception {
    Path waits = repository.home.resolve("waits");
    repository.hook("post-merge", "mkfifo $HOME/never; : > " + waits + "; cat $HOME/never");
    AtomicReference<Integration> answer = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              answer.set(repository.service().integrate(tree, IntegrationRequest.into("main")));
              flag.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    Eventually.isTrue(() -> Files.exists(waits));
    caller.interrupt();
    caller.join(60_000);

    Integrated done = assertInstanceOf(Integrated.class, answer.get());
    assertTrue(flag.get(), "the caller still knows of it");
    assertEquals(done.after(), repository.head());
    assertTrue(done.warnings().get(0).contains("interrupt"), done.toString());
    assertEquals("", repository.git("status", "--porcelain"));
    assertEquals(List.of(), left());
  }

  @Test
  void a_hook_that_forbids_the_move_of_the_branch_leaves_everything() {
    repository.hook(
        "reference-transaction",
        "[ \"$1\" = prepared ] && grep -q refs/heads/main && exit 1; exit 0");
    for (Method method : Method.values()) {
      Integration answer =
          repository.service().integrate(tree, IntegrationRequest.into("main").by(method));
      assertEquals(
          Reason.HOOK_FAILED, assertInstanceOf(Refused.class, answer, answer.toString()).reason());
      assertEquals("", repository.git("status", "--porcelain"));
    }
    assertEquals(List.of(), left());
  }

  @Test
  void hooks_are_never_those_that_an_agent_wrote_into_its_worktree() {
    repository.git("config", "core.hooksPath", "hooks");
    repository.write("hooks/commit-msg", "#!/bin/sh\nexit 0\n");
    TestRepository.makeExecutable(repository.main.resolve("hooks/commit-msg"));
    repository.commit("a hook");
    TestRepository.write(tree.path().resolve("hooks/post-merge"), "#!/bin/sh\ntouch $HOME/evil\n");
    TestRepository.write(tree.path().resolve("other/commit-msg"), "#!/bin/sh\ntouch $HOME/evil\n");
    TestRepository.makeExecutable(tree.path().resolve("other/commit-msg"));
    repository.commitIn(tree.path(), "hooks of an agent's");

    repository.git("branch", "release");
    Integration answer =
        repository.service().integrate(tree, IntegrationRequest.into("release").by(Method.MERGE));

    assertInstanceOf(Integrated.class, answer, answer.toString());
    assertFalse(Files.exists(repository.home.resolve("evil")));
  }

  @Test
  void attributes_and_merge_drivers_of_the_target_count_also_in_directories() {
    repository.write("lib/.gitattributes", "b.txt merge=union\nc.txt merge=own\n");
    repository.write("lib/c.txt", "1\n");
    repository.git("config", "merge.own.driver", "cat %B >> %A");
    repository.commit("attributes");
    Worktree other = repository.worktree("attributed");
    TestRepository.write(other.path().resolve("lib/b.txt"), "theirs\n");
    TestRepository.write(other.path().resolve("lib/c.txt"), "theirs\n");
    repository.commitIn(other.path(), "theirs");
    repository.write("lib/b.txt", "ours\n");
    repository.write("lib/c.txt", "ours\n");
    repository.commit("ours");
    repository.git("checkout", "-q", "--detach", "HEAD~2");

    Integration answer =
        repository.service().integrate(other, IntegrationRequest.into("main").by(Method.SQUASH));

    assertInstanceOf(Integrated.class, answer, answer.toString());
    assertEquals("ours\ntheirs", repository.git("show", "main:lib/b.txt"));
    assertEquals("ours\ntheirs", repository.git("show", "main:lib/c.txt"));
  }

  @Test
  void without_a_name_nothing_is_committed() {
    var environment = repository.environment();
    List.of("AUTHOR", "COMMITTER")
        .forEach(
            who -> {
              environment.remove("GIT_" + who + "_NAME");
              environment.remove("GIT_" + who + "_EMAIL");
            });
    repository.git("config", "user.useConfigOnly", "true");
    Integration answer =
        new GitWorktrees(
                new Git(environment), repository.main, repository.root, TestRepository.LOCK_WAIT)
            .integrate(tree, IntegrationRequest.into("main").by(Method.MERGE));

    assertEquals(
        Reason.NO_IDENTITY, assertInstanceOf(Refused.class, answer, answer.toString()).reason());
  }

  @Test
  void commits_are_signed_where_the_owner_wants_it() {
    Path signer = repository.home.resolve("signer");
    TestRepository.write(
        signer,
        "#!/bin/sh\ncat > /dev/null\nprintf '[GNUPG:] SIG_CREATED ' >&2\n"
            + "echo '-----BEGIN PGP SIGNATURE-----'\necho x\necho '-----END PGP SIGNATURE-----'\n");
    TestRepository.makeExecutable(signer);
    repository.git("config", "commit.gpgSign", "true");
    repository.git("config", "gpg.program", signer.toString());

    Integration answer =
        repository.service().integrate(tree, IntegrationRequest.into("main").by(Method.SQUASH));

    assertInstanceOf(Integrated.class, answer, answer.toString());
    assertTrue(repository.git("cat-file", "commit", "main").contains("gpgsig "));
    repository.git("config", "gpg.program", "false");
    repository.git("-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", "on");
    Worktree other = repository.worktree("unsigned");
    repository.gitIn(
        other.path(), "-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", "y");
    Integration refused =
        repository.service().integrate(other, IntegrationRequest.into("main").by(Method.MERGE));
    assertEquals(
        Reason.SIGNING_FAILED,
        assertInstanceOf(Refused.class, refused, refused.toString()).reason());
  }

  @Test
  void a_full_disk_or_another_failure_in_the_middle_leaves_nothing() throws IOException {
    WorktreeService failing =
        repository.serviceWithGit(
            "case \" $* \" in *\" read-tree -m -u \"*) $GIT \"$@\"; exit 128;; esac;"
                + " exec $GIT \"$@\"");

    assertThrows(
        GitException.class, () -> failing.integrate(tree, IntegrationRequest.into("main")));

    assertEquals("one\n", Files.readString(repository.main.resolve("a.txt")));
    assertEquals("", repository.git("status", "--porcelain"));
    assertEquals(List.of(), left());
  }

  private List<String> left() {
    List<String> left =
        new ArrayList<>(TestRepository.children(repository.main.resolve(".git/kugetsu/merging")));
    left.addAll(TestRepository.children(repository.main.resolve(".git/kugetsu/begun")));
    left.addAll(
        TestRepository.children(repository.main.resolve(".git")).stream()
            .filter(name -> name.endsWith(".lock"))
            .toList());
    return left;
  }
}
