package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.refused;
import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Restoration.Reason;
import io.kugetsu.worktree.Restoration.Restored;
import io.kugetsu.worktree.WorkState;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is saved before a removal, in repositories of all kinds, and how it comes back. */
class RescueTest extends LeakFree {
  private static final RemovalRequest RESCUE = RemovalRequest.refusing().rescue();

  @TempDir Path temp;
  private TestRepository repository;
  private WorktreeService service;
  private Worktree tree;

  @BeforeEach
  void make_a_worktree() {
    repository = TestRepository.create(temp);
    repository.write(".gitignore", "*.env\nbuild/\n");
    repository.commit("ignore");
    service = repository.service();
    tree = repository.worktree("x");
  }

  @Test
  void nobody_need_be_known_to_git_and_no_hook_key_or_filter_comes_into_it() {
    Path witness = repository.home.resolve("witness");
    repository.git("config", "commit.gpgSign", "true");
    repository.git("config", "gpg.program", "/no/such/program");
    repository.git("config", "user.useConfigOnly", "true");
    repository.git("config", "core.autocrlf", "input");
    repository.git("config", "filter.bad.clean", "tr a-z A-Z");
    repository.git("config", "filter.bad.smudge", "false");
    repository.git("config", "filter.bad.required", "true");
    repository.hook("reference-transaction", "touch " + witness + "; exit 1");
    repository.hook("pre-commit", "touch " + witness + "; exit 1");
    repository.hook("post-checkout", "touch " + witness + "; exit 1");
    write("crlf.txt", "a\r\nb\n");
    write(".gitattributes", "*.txt filter=bad\n");
    Map<String, String> stranger = new HashMap<>(repository.environment());
    stranger
        .keySet()
        .removeIf(name -> name.startsWith("GIT_AUTHOR") || name.startsWith("GIT_COMM"));
    WorktreeService theirs =
        new GitWorktrees(
            new Git(stranger),
            repository.main,
            WorktreeOptions.usual().root(repository.root).lockWait(TestRepository.LOCK_WAIT));
    String files = TreeImage.files(tree.path());
    Rescue rescue = rescue(theirs);
    assertFalse(rescue.head().isEmpty());
    restore(theirs, rescue);

    assertEquals(files, TreeImage.files(tree.path()));
    assertFalse(Files.exists(witness));
    assertTrue(theirs.discard(rescue));
  }

  @Test
  void a_repository_with_longer_ids_is_no_different() throws IOException {
    Path other = Files.createDirectory(temp.resolve("other"));
    TestRepository longer = TestRepository.empty(other);
    longer.git("init", "-q", "--object-format=sha256", "../long");
    Path main = other.toRealPath().resolve("long");
    TestRepository.write(main.resolve("a.txt"), "one");
    longer.commitIn(main, "first");
    WorktreeService there = longer.service(main);
    Worktree made =
        TestRepository.made(there.create(io.kugetsu.worktree.WorktreeRequest.branch("x")));
    TestRepository.write(made.path().resolve("new"), "new");
    longer.gitIn(made.path(), "update-index", "--assume-unchanged", "a.txt");
    TestRepository.write(made.path().resolve("a.txt"), "changed");
    String files = TreeImage.files(made.path());

    Rescue rescue = removed(there.remove(made, RESCUE)).rescue().orElseThrow();

    assertEquals(64, rescue.commit().length());
    restore(there, rescue);
    assertEquals(files, TreeImage.files(made.path()));
    assertEquals("h a.txt", longer.gitIn(made.path(), "ls-files", "-v"));
    assertEquals("", longer.gitIn(main, "fsck", "--no-dangling", "--no-progress"));
  }

  @Test
  void much_is_saved_in_a_stream_and_many_by_few_processes() throws IOException {
    byte[] chunk = new byte[1 << 20];
    new Random(7).nextBytes(chunk);
    try (var out = Files.newOutputStream(tree.path().resolve("big"))) {
      for (int i = 0; i < 100; i++) {
        chunk[0] = (byte) i;
        out.write(chunk);
      }
    }
    for (int i = 0; i < 2_000; i++) {
      write("many/" + i % 50 + "/" + i, "content " + i);
    }
    String files = TreeImage.files(tree.path());

    Rescue rescue = rescue(service);
    restore(service, rescue);

    assertEquals(files, TreeImage.files(tree.path()));
  }

  @Test
  void git_itself_can_look_into_it() {
    write("a.txt", "staged\n");
    git("add", "a.txt");
    write("a.txt", "and more\n");
    write("new", "new\n");

    Rescue rescue = rescue(service);

    assertEquals("refs/kugetsu/rescue/x-1", rescue.ref());
    assertEquals(Optional.of("x"), rescue.branch());
    assertEquals(rescue.commit(), repository.git("rev-parse", rescue.ref()));
    assertEquals(rescue.head().orElseThrow(), repository.git("rev-parse", rescue.ref() + "^1"));
    assertEquals("staged", repository.git("show", rescue.ref() + "^2:a.txt"));
    assertEquals("and more", repository.git("show", rescue.ref() + "^3:a.txt"));
    assertEquals("new", repository.git("show", rescue.ref() + "^3:new"));
    assertEquals(rescue, service.rescues().get(0));
  }

  @Test
  void of_the_ignored_files_only_the_chosen_are_saved() throws IOException {
    write(".env", "KEY=1");
    write("lib/deep.env", "KEY=2");
    write("build/out/x.class", "rubbish");
    write("build/keep/report.txt", "report");

    Rescue rescue =
        removed(
                service.remove(
                    tree, RemovalRequest.refusing().rescueIgnored("*.env", "/build/keep/*.txt")))
            .rescue()
            .orElseThrow();
    restore(service, rescue);

    assertEquals("KEY=1", Files.readString(tree.path().resolve(".env")));
    assertEquals("KEY=2", Files.readString(tree.path().resolve("lib/deep.env")));
    assertEquals("report", Files.readString(tree.path().resolve("build/keep/report.txt")));
    assertFalse(Files.exists(tree.path().resolve("build/out")));
    write("new", "new");
    Rescue without = removed(service.remove(tree, RESCUE.discardIgnored())).rescue().orElseThrow();
    restore(service, without);
    assertEquals("?? new", git("status", "--porcelain", "--ignored"));
    Assertions.assertThrows(
        InvalidRequestException.class, () -> RemovalRequest.refusing().rescueIgnored(" "));
    Assertions.assertThrows(
        InvalidRequestException.class, () -> RemovalRequest.refusing().rescueIgnored());
  }

  @Test
  void what_is_in_submodules_can_be_had_without_bringing_the_worktree_back() throws IOException {
    Path sub = new LosableWork.Place(repository, tree).submodule();
    TestRepository.write(sub.resolve("a.txt"), "stashed");
    repository.gitIn(sub, "stash");
    String stash = repository.gitIn(sub, "rev-parse", "stash");
    repository.gitIn(sub, "checkout", "-q", "-b", "side");
    repository.commitIn(sub, "side");
    String side = repository.gitIn(sub, "rev-parse", "HEAD");
    repository.gitIn(sub, "checkout", "-q", "--detach", "main");
    TestRepository.write(sub.resolve("a.txt"), "detached");
    repository.commitIn(sub, "detached");
    String detached = repository.gitIn(sub, "rev-parse", "HEAD");
    TestRepository.write(sub.resolve("new"), "new");

    Rescue rescue = rescue(service);

    List<String> parents =
        List.of(repository.git("log", "-1", "--format=%P", rescue.ref()).split(" "));
    assertTrue(parents.containsAll(List.of(stash, side, detached)), parents.toString());
    assertEquals("detached", repository.git("show", detached + ":a.txt"));
    assertEquals("new", repository.git("show", rescue.ref() + "^3:sub/new"));
    assertEquals("", repository.git("fsck", "--no-dangling", "--no-progress"));
  }

  @Test
  void a_worktree_with_submodules_comes_back_only_under_the_id_it_had() {
    // The worktree of another gets the id that this one's submodules are not to get.
    removed(service.remove(tree));
    Path other = repository.home.resolve("else/x");
    repository.git("worktree", "add", "-q", "--detach", other.toString());
    repository.git("branch", "-D", "x");
    tree = repository.worktree("x");
    Path sub = new LosableWork.Place(repository, tree).submodule();
    repository.commitIn(sub, "work");
    String commit = repository.gitIn(sub, "rev-parse", "HEAD");
    Rescue rescue = rescue(service);
    repository.git("worktree", "remove", other.toString());
    restore(service, rescue);
    assertEquals(commit, repository.gitIn(sub, "rev-parse", "HEAD"));
    assertEquals(List.of("x1"), TestRepository.children(repository.main.resolve(".git/worktrees")));

    rescue = rescue(service);
    repository.git("worktree", "add", "-q", "--detach", other.toString());
    Path next = repository.home.resolve("more/x");
    repository.git("worktree", "add", "-q", "--detach", next.toString());

    assertRefused(Reason.EXISTING_PATH, rescue);

    repository.git("worktree", "remove", next.toString());
    restore(service, rescue);
    assertEquals(commit, repository.gitIn(sub, "rev-parse", "HEAD"));
  }

  @Test
  void nothing_is_saved_when_nothing_would_be_lost() {
    assertEquals(Optional.empty(), removed(service.remove(tree, RESCUE)).rescue());
    assertEquals(List.of(), service.rescues());
  }

  @Test
  void it_comes_back_only_to_where_it_was() throws IOException {
    write("new", "new");
    Rescue rescue = rescue(service);
    TestRepository.write(tree.path().resolve("precious"), "x");

    assertRefused(Reason.EXISTING_PATH, rescue);

    assertTrue(io.kugetsu.internal.Trees.delete(tree.path()));
    repository.git("worktree", "add", "-q", repository.home.resolve("else").toString(), "x");
    assertRefused(Reason.BRANCH_IN_USE, rescue);
    repository.commitIn(repository.home.resolve("else"), "moved");
    repository.git("worktree", "remove", repository.home.resolve("else").toString());
    assertRefused(Reason.BRANCH_MOVED, rescue);
    repository.git("branch", "-f", "x", rescue.head().orElseThrow());
    Rescue changed =
        new Rescue(
            rescue.ref(),
            rescue.head().orElseThrow(),
            rescue.name(),
            rescue.path(),
            rescue.madeBranch(),
            rescue.branch(),
            rescue.head(),
            rescue.baseCommit(),
            rescue.at());
    assertRefused(Reason.NO_SUCH_RESCUE, changed);
    assertFalse(service.discard(changed));
    restore(service, rescue);
    assertTrue(service.discard(rescue));
    assertFalse(service.discard(rescue));
    assertRefused(Reason.NO_SUCH_RESCUE, rescue);
  }

  @Test
  void a_branch_that_was_deleted_is_made_again() {
    repository.commitIn(tree.path(), "work");
    write("new", "new");
    Rescue rescue = rescue(service);
    repository.git("branch", "-q", "-D", "x");

    restore(service, rescue);

    assertEquals(rescue.head().orElseThrow(), repository.git("rev-parse", "x"));
    assertEquals("?? new", git("status", "--porcelain"));
  }

  @Test
  void a_second_rescue_does_not_replace_the_first() {
    write("new", "1");
    Rescue first = rescue(service);
    restore(service, first);
    write("new", "2");

    Rescue second = rescue(service);

    assertEquals("refs/kugetsu/rescue/x-2", second.ref());
    assertEquals(2, service.rescues().size());
  }

  @Test
  void a_process_that_works_in_it_keeps_it_unless_it_is_our_own_and_to_be_ended() throws Exception {
    Process stranger = sleeping(Map.of());
    try {
      assertTrue(refused(service.remove(tree)).has(Kind.LIVE_PROCESSES));
      RemovalRequest ending = RemovalRequest.refusing().endProcesses(Duration.ofSeconds(30));
      WorkState state = service.workState(tree);
      assertEquals(List.of(stranger.pid() + " (sleep)"), state.obstacles().get(0).examples());
      assertTrue(refused(service.remove(tree, ending)).has(Kind.LIVE_PROCESSES));
      assertTrue(stranger.isAlive());
      Process own = sleeping(Map.of("KUGETSU_RUN", "removal-test-" + stranger.pid()));
      assertTrue(refused(service.remove(tree, ending)).has(Kind.LIVE_PROCESSES));
      assertTrue(own.waitFor(1, TimeUnit.MINUTES), "it was ended");
      assertTrue(stranger.isAlive());
    } finally {
      stranger.destroyForcibly().waitFor();
    }
    Process own = sleeping(Map.of("KUGETSU_RUN", "removal-test-" + stranger.pid()));
    removed(service.remove(tree, RemovalRequest.refusing().endProcesses(Duration.ofSeconds(30))));
    assertTrue(own.waitFor(1, TimeUnit.MINUTES), "it was ended");
  }

  @Test
  void what_a_removal_keeps_is_told() {
    WorkState fresh = service.workState(tree);
    assertTrue(fresh.isSafe());
    assertEquals(0, fresh.unpushed());
    repository.commitIn(tree.path(), "one");
    repository.commitIn(tree.path(), "two");
    write("a.txt", "stashed");
    git("stash");

    WorkState state = service.workState(tree);

    assertTrue(state.isSafe(), state.toString());
    assertEquals(2, state.unpushed());
    assertEquals(1, state.stashes());
    assertEquals(Optional.of("x"), state.branch());
    removed(service.remove(tree));
    assertTrue(service.workState(tree).has(Kind.NOT_REGISTERED));
    assertEquals("stash@{0}: WIP on x", repository.git("stash", "list").substring(0, 19));
  }

  @Test
  void the_branch_goes_with_it_only_when_its_work_is_elsewhere() {
    repository.commitIn(tree.path(), "work");
    RemovalRequest request = RemovalRequest.refusing().deleteBranchIfIntegrated("main");
    write("new", "new");
    var kept = removed(service.remove(tree, request.rescue()));
    assertFalse(kept.branchDeleted());
    assertEquals(1, kept.warnings().size());
    restore(service, kept.rescue().orElseThrow());
    repository.git("merge", "-q", "x");
    io.kugetsu.internal.Trees.delete(tree.path().resolve("new"));

    var gone = removed(service.remove(tree, request));

    assertTrue(gone.branchDeleted(), gone.toString());
    assertEquals("", repository.git("branch", "--list", "x"));
  }

  private Process sleeping(Map<String, String> variables) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "600").directory(tree.path().toFile());
    builder.environment().putAll(variables);
    Process process = builder.start();
    // it is a copy of this program until it runs its own
    while (!Files.readString(Path.of("/proc/" + process.pid() + "/comm")).startsWith("sleep")) {
      Thread.onSpinWait();
    }
    return process;
  }

  private Rescue rescue(WorktreeService by) {
    Rescue rescue = removed(by.remove(tree, RESCUE)).rescue().orElseThrow();
    assertFalse(Files.exists(tree.path()));
    return rescue;
  }

  private void restore(WorktreeService by, Rescue rescue) {
    Restoration restoration = by.restore(rescue);
    assertInstanceOf(Restored.class, restoration, restoration.toString());
  }

  private void assertRefused(Reason reason, Rescue rescue) {
    String before = repository.traces();
    Restoration restoration = service.restore(rescue);
    var refused = assertInstanceOf(Restoration.Refused.class, restoration, restoration.toString());
    assertEquals(reason, refused.reason(), refused.text());
    assertEquals(before, repository.traces());
  }

  private void write(String file, String text) {
    TestRepository.write(tree.path().resolve(file), text);
  }

  private String git(String... arguments) {
    return repository.gitIn(tree.path(), arguments);
  }
}
