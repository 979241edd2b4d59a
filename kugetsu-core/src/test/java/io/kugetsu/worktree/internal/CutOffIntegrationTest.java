package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.ChildProgram;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Integration.Integrated;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that are killed while they integrate, at steps that are chosen. */
class CutOffIntegrationTest {
  private static final int FILES = 6;

  @TempDir Path temp;
  private TestRepository repository;
  private Worktree tree;
  private String before;

  @BeforeEach
  void both_sides_went_on() throws IOException {
    repository = TestRepository.create(temp);
    IntStream.range(0, FILES).forEach(i -> repository.write("d/" + i + ".cut", "old " + i + "\n"));
    repository.commit("files");
    tree = repository.worktree("x");
    IntStream.range(1, FILES)
        .forEach(i -> TestRepository.write(tree.path().resolve("d/" + i + ".cut"), text(i)));
    Files.delete(tree.path().resolve("d/0.cut"));
    TestRepository.write(tree.path().resolve("d/sub/added.cut"), text(FILES));
    repository.commitIn(tree.path(), "work");
    repository.write("other", "1\n");
    repository.commit("main goes on");
    repository.write("notes", "untracked\n");
    before = repository.head();
  }

  private static String text(int i) {
    return ("new " + i + "\n").repeat(1000);
  }

  @ParameterizedTest
  @CsvSource({
    "merge-tree, before, false",
    "commit-tree, after, false",
    "read-tree, before, false",
    "read-tree, after, false",
    "update-ref, before, false",
    "update-ref, after, true",
  })
  void killed_at_a_step_it_is_there_or_gone_at_the_next_opening(
      String command, String when, boolean there) throws Exception {
    kill(
        command,
        when.equals("before") ? "kill -9 $PPID; exit" : "$GIT \"$@\"; kill -9 $PPID; exit");

    assertSettled(there);
  }

  @Test
  void git_that_goes_on_after_the_program_died_is_waited_for_or_ended() throws Exception {
    kill("read-tree", "kill -9 $PPID; sleep 0.3; exec $GIT \"$@\"");
    assertSettled(false);
  }

  @Test
  void a_squash_and_a_replay_are_no_different() throws Exception {
    kill(Method.SQUASH, "update-ref", "kill -9 $PPID; exit");
    assertSettled(false);
    repository.git("reset", "-q", "--hard", before);
    kill(Method.REBASE, "update-ref", "$GIT \"$@\"; kill -9 $PPID; exit");
    assertSettled(true);
  }

  @Test
  void killed_between_two_files_all_of_them_go_back() throws Exception {
    killBetweenFiles();
    assertNotEquals("", changed(), "some files are new");

    assertSettled(false);
  }

  @Test
  void a_file_that_git_wrote_by_half_goes_back() throws Exception {
    killBetweenFiles();
    Path last = repository.main.resolve("d/3.cut");
    Files.writeString(last, text(3).substring(0, 700));

    assertSettled(false);
  }

  @Test
  void what_somebody_wrote_after_the_crash_stays() throws Exception {
    killBetweenFiles();
    repository.write("d/1.cut", "edited\n");
    repository.write("d/5.cut", "edited too\n");

    repository.service();

    assertEquals("M d/1.cut\n M d/5.cut\n?? notes", repository.git("status", "--porcelain"));
    assertEquals("edited\n", Files.readString(repository.main.resolve("d/1.cut")));
    assertEquals(before, repository.head());
    assertNothingIsLeft();
  }

  @Test
  void a_lock_that_a_person_took_away_is_no_obstacle() throws Exception {
    killBetweenFiles();
    Files.delete(repository.main.resolve(".git/index.lock"));

    assertSettled(false);
  }

  @Test
  void a_lock_that_is_somebody_elses_by_now_is_waited_for_at_another_opening() throws Exception {
    killBetweenFiles();
    Path lock = repository.main.resolve(".git/index.lock");
    Files.delete(lock);
    Files.writeString(lock, "");
    String changed = changed();

    repository.service();
    assertEquals(changed, changed());
    assertTrue(Files.exists(lock));

    Files.delete(lock);
    assertSettled(false);
  }

  @Test
  void an_index_that_was_changed_meanwhile_is_left_alone() throws Exception {
    killBetweenFiles();
    Files.delete(repository.main.resolve(".git/index.lock"));
    repository.git("add", "--all");
    repository.git("commit", "-q", "-m", "a person took it as it was");
    String head = repository.head();

    repository.service();

    assertEquals(head, repository.head());
    assertEquals("", repository.git("status", "--porcelain"));
    assertNothingIsLeft();
  }

  @Test
  void killed_once_the_index_is_in_place_only_the_lock_is_left_to_take_away() throws Exception {
    kill("update-ref", "$GIT \"$@\"; kill -9 $PPID; exit");
    Path merging = repository.main.resolve(".git/kugetsu/merging");
    Path scratch = merging.resolve(TestRepository.children(merging).get(0));
    Files.move(
        scratch.resolve("index.next"),
        repository.main.resolve(".git/index"),
        StandardCopyOption.ATOMIC_MOVE);

    assertSettled(true);
  }

  @Test
  void git_that_is_killed_under_a_living_program_leaves_nothing() {
    cutAfter(3, "kill -9 $(cat " + repository.home + "/git.pid)");
    var service = repository.serviceWithGit("echo $$ > $HOME/git.pid; exec $GIT \"$@\"");

    assertThrows(
        GitException.class,
        () -> service.integrate(tree, IntegrationRequest.into("main").by(Method.MERGE)));

    repository.write(".git/info/attributes", "");
    assertEquals("?? notes", repository.git("status", "--porcelain"));
    assertEquals(before, repository.head());
    assertNothingIsLeft();
  }

  @Test
  void an_interrupt_between_two_files_brings_them_back() throws Exception {
    Path reached = repository.home.resolve("reached");
    Path go = repository.home.resolve("go");
    cutAfter(3, "touch " + reached + "; while [ ! -e " + go + " ]; do sleep 0.01; done");
    Thread here = Thread.currentThread();
    Thread interrupter =
        new Thread(
            () -> {
              Eventually.isTrue(() -> Files.exists(reached));
              here.interrupt();
              TestRepository.write(go, "");
            });
    interrupter.start();

    assertThrows(
        GitException.class,
        () ->
            repository.service().integrate(tree, IntegrationRequest.into("main").by(Method.MERGE)));

    assertTrue(Thread.interrupted());
    interrupter.join();
    repository.write(".git/info/attributes", "");
    assertEquals("?? notes", repository.git("status", "--porcelain"));
    assertEquals(before, repository.head());
    assertNothingIsLeft();
  }

  private String changed() {
    return repository.git("status", "--porcelain", "--untracked-files=no");
  }

  private void killBetweenFiles() throws Exception {
    String home = repository.home.toString();
    cutAfter(3, "kill -9 $(cat " + home + "/jvm.pid) $(cat " + home + "/git.pid)");
    kill("read-tree", "echo $PPID > $HOME/jvm.pid; echo $$ > $HOME/git.pid; exec $GIT \"$@\"");
    repository.write(".git/info/attributes", "");
  }

  /** Has git call a filter for each file, which does something at one of them. */
  private void cutAfter(int files, String what) {
    Path filter = repository.home.resolve("filter");
    Path count = repository.home.resolve("count");
    TestRepository.write(
        filter,
        "#!/bin/sh\necho >> "
            + count
            + "\n[ $(wc -l < "
            + count
            + ") -eq "
            + files
            + " ] && { "
            + what
            + "; }\nexec cat\n");
    TestRepository.makeExecutable(filter);
    repository.git("config", "filter.cut.smudge", filter.toString());
    repository.write(".git/info/attributes", "*.cut filter=cut\n");
  }

  private void kill(String command, String script) throws Exception {
    kill(Method.MERGE, command, script);
  }

  private void kill(Method method, String command, String script) throws Exception {
    Path program = repository.home.resolve("git-" + System.nanoTime());
    TestRepository.write(
        program,
        "#!/bin/sh\nGIT=git\ncase \" $* \" in *\" "
            + command
            + " \"*) "
            + script
            + ";; esac\n"
            + "exec $GIT \"$@\"\n");
    TestRepository.makeExecutable(program);
    try (ChildProgram child =
        ChildProgram.start(
            IntegratingProgram.class,
            repository.home,
            repository.main,
            repository.root,
            program,
            "x",
            method)) {
      child.awaitEnd();
      assertEquals(List.of(), child.lines());
    }
    assertEquals(1, TestRepository.children(repository.main.resolve(".git/kugetsu/begun")).size());
  }

  private void assertSettled(boolean there) {
    repository.service();

    assertEquals("?? notes", repository.git("status", "--porcelain"));
    assertEquals(there, !repository.head().equals(before));
    assertNothingIsLeft();
    Integrated again =
        assertInstanceOf(
            Integrated.class,
            repository
                .service()
                .integrate(tree, IntegrationRequest.into("main").by(Method.SQUASH)));
    assertEquals(there, again.alreadyThere());
    assertEquals("?? notes", repository.git("status", "--porcelain"));
  }

  private void assertNothingIsLeft() {
    Path common = repository.main.resolve(".git");
    assertEquals(List.of(), TestRepository.children(common.resolve("kugetsu/merging")));
    assertEquals(List.of(), TestRepository.children(common.resolve("kugetsu/begun")));
    assertFalse(Files.exists(common.resolve("index.lock")));
    assertEquals("", repository.git("fsck", "--no-dangling", "--no-progress"));
  }
}
