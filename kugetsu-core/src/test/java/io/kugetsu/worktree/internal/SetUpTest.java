package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.SetUpPolicy;
import io.kugetsu.worktree.SetUpTrust;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.setup.SetUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetUpTest extends LeakFree {
  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void make() {
    repository = TestRepository.create(temp);
  }

  @Test
  void commands_that_nobody_trusted_are_a_refusal_that_names_the_hash() throws IOException {
    Path canary = repository.home.resolve("canary");
    conf("SETUP_COMMAND=touch " + canary + "\nTEARDOWN_COMMAND=touch " + canary + "\n");
    String before = repository.traces();

    Refused refused = refused(repository.service().create(WorktreeRequest.branch("x")));

    assertEquals(Reason.SETUP_NOT_TRUSTED, refused.reason());
    SetUpFile file = refused.setUp().orElseThrow();
    assertEquals(Optional.of("touch " + canary), file.setUp());
    assertTrue(refused.text().contains(file.sha256()), refused.text());
    assertEquals(SetUpFile.of(repository.main), Optional.of(file));
    assertEquals(before, repository.traces());
    assertFalse(Files.exists(canary));
  }

  @Test
  void a_file_is_trusted_by_its_bytes_and_its_repository() throws IOException {
    Path memory = repository.home.resolve("state/trusted");
    SetUpTrust.Remembered trust = SetUpTrust.file(memory);
    conf("SETUP_COMMAND=touch made\n");
    SetUpFile file = SetUpFile.of(repository.main).orElseThrow();
    assertFalse(trust.isTrusted(file));

    trust.trust(file);
    trust.trust(file);

    assertTrue(SetUpTrust.file(memory).isTrusted(file));
    assertEquals(1, Files.readAllLines(memory).size());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(memory)));
    assertTrue(Files.exists(made(create(trust)).path().resolve("made")));
    conf("SETUP_COMMAND=touch made  \n");
    assertEquals(
        Reason.SETUP_NOT_TRUSTED,
        refused(service(options().trust(trust)).create(WorktreeRequest.branch("y"))).reason());
    Path copy = repository.home.resolve("co\npy");
    repository.git("clone", "--quiet", repository.main.toString(), copy.toString());
    repository.gitIn(copy, "checkout", "--quiet", "HEAD~1");
    SetUpFile same = SetUpFile.of(copy).orElseThrow();
    assertEquals(file.sha256(), same.sha256());
    assertFalse(trust.isTrusted(same));
    trust.trust(same);
    assertTrue(trust.isTrusted(same));
    assertTrue(trust.distrust(file));
    assertFalse(trust.distrust(file));
    assertFalse(trust.isTrusted(file));
    assertTrue(trust.isTrusted(same));
  }

  @Test
  void a_set_up_is_run_in_the_worktree_without_a_shell_and_with_nothing_to_read()
      throws IOException {
    repository.write(".gitignore", "*.out\n.env\n");
    repository.write(".worktreeinclude", ".env\n");
    repository.write(".env", "copied before");
    conf(
        "export SETUP_COMMAND=\"sh -c 'pwd > pwd.out; echo $PWD >> pwd.out; cat > in.out;"
            + " cp .env env.out; env > vars.out; echo \\\"$1\\\" > arg.out' x '$(touch no.out) *'\"\n");
    Map<String, String> given = new HashMap<>(repository.environment());
    given.put("GIT_DIR", "/nowhere");
    given.put("OWN", "1");

    Worktree tree =
        made(
            service(trusting().environment(given))
                .create(WorktreeRequest.branch("feature/a").from("main")));

    Path path = tree.path();
    assertEquals(path + "\n" + path + "\n", Files.readString(path.resolve("pwd.out")));
    assertEquals("", Files.readString(path.resolve("in.out")));
    assertEquals("copied before", Files.readString(path.resolve("env.out")));
    assertEquals("$(touch no.out) *\n", Files.readString(path.resolve("arg.out")));
    List<String> variables = Files.readAllLines(path.resolve("vars.out"));
    assertTrue(
        variables.containsAll(
            List.of(
                "OWN=1",
                "KUGETSU_WORKTREE=" + path,
                "KUGETSU_BRANCH=feature/a",
                "KUGETSU_BASE=" + tree.baseCommit(),
                "KUGETSU_REPOSITORY=" + repository.main)),
        variables.toString());
    assertFalse(variables.stream().anyMatch(line -> line.startsWith("GIT_DIR")));
    assertEquals(List.of(tree), repository.service().list());
  }

  @Test
  void a_worktree_is_none_before_its_set_up_has_ended() throws Exception {
    Fifo gate = Fifo.create(repository.home.resolve("gate"));
    Path reached = repository.home.resolve("reached");
    conf("SETUP_COMMAND=sh -c 'touch " + reached + "; cat " + gate.path() + "'\n");
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Worktree> creation = threads.submit(() -> made(create(any())));
      Eventually.isTrue(() -> Files.exists(reached));

      assertEquals(List.of(), repository.service().list());
      assertEquals(Optional.empty(), repository.service().find("x"));

      gate.write("go");
      assertEquals(List.of(creation.get(1, TimeUnit.MINUTES)), repository.service().list());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_set_up_that_fails_leaves_nothing_and_its_secrets_are_masked() throws IOException {
    conf("SETUP_COMMAND=sh -c 'touch half; echo no $API_TOKEN >&2; exit 3'\n");
    String before = repository.traces();
    Map<String, String> given = new HashMap<>(repository.environment());
    given.put("API_TOKEN", "s3cr3t-value");

    Refused refused =
        refused(service(trusting().environment(given)).create(WorktreeRequest.branch("x")));

    assertEquals(Reason.SETUP_FAILED, refused.reason());
    assertTrue(refused.text().contains("exit code 3: no ***MASKED***"), refused.text());
    assertFalse(refused.toString().contains("s3cr3t-value"));
    assertFalse(trusting().environment(given).toString().contains("s3cr3t-value"));
    assertEquals(before, repository.traces());
  }

  @Test
  void commands_that_cannot_be_run_are_a_refusal() throws IOException {
    String before = repository.traces();
    for (String command :
        List.of("no-such-program --x", "./not-there", "sh -c 'open", "\"\" x", "a\\", "'a\0b'")) {
      conf("SETUP_COMMAND=" + command + "\n");
      assertEquals(
          Reason.SETUP_FAILED,
          refused(service(trusting()).create(WorktreeRequest.branch("x"))).reason(),
          command);
    }
    repository.git("reset", "--hard", "-q", "HEAD~6");
    assertEquals(before, repository.traces());
  }

  @Test
  void a_set_up_that_takes_too_long_is_ended_with_all_that_it_started() throws IOException {
    Path pids = repository.home.resolve("pids");
    conf(
        "SETUP_COMMAND=sh -c 'setsid sleep 300 & echo $! > "
            + pids
            + "; trap : TERM; sleep 300; sleep 300'\n");
    String before = repository.traces();

    Refused refused =
        Eventually.endedAt(
            pids,
            limit ->
                refused(
                    service(trusting().setUpTimeout(limit)).create(WorktreeRequest.branch("x"))));

    assertEquals(Reason.SETUP_TIMED_OUT, refused.reason());
    Eventually.isDead(pids);
    assertEquals(before, repository.traces());
  }

  @Test
  void an_interrupt_ends_the_set_up_and_leaves_nothing() throws Exception {
    Path pids = repository.home.resolve("pids");
    conf(
        "SETUP_COMMAND=sh -c 'echo $$ > "
            + pids
            + ".tmp; mv "
            + pids
            + ".tmp "
            + pids
            + "; exec sleep 300'\n");
    String before = repository.traces();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> flag =
          threads.submit(
              () -> {
                assertThrows(GitException.class, () -> create(any()));
                return Thread.currentThread().isInterrupted();
              });
      Eventually.isTrue(() -> Files.exists(pids));
      threads.shutdownNow();
      assertTrue(flag.get(1, TimeUnit.MINUTES));
    } finally {
      threads.shutdownNow();
    }
    Eventually.isDead(pids);
    assertEquals(before, repository.traces());
  }

  @Test
  void what_a_set_up_leaves_running_ends_with_it() throws IOException {
    Path pids = repository.home.resolve("pids");
    conf("SETUP_COMMAND=sh -c 'setsid sleep 300 > /dev/null 2>&1 & echo $! > " + pids + "'\n");

    made(create(any()));

    Eventually.isDead(pids);
  }

  @Test
  void skipped_commands_are_not_even_read() throws IOException {
    Files.createSymbolicLink(repository.main.resolve(SetUpFile.NAME), Path.of("/etc/passwd"));
    repository.commit("a link");

    assertEquals(
        Reason.SETUP_FAILED,
        refused(service(trusting()).create(WorktreeRequest.branch("x"))).reason());
    assertThrows(RepositoryException.class, () -> SetUpFile.of(repository.main));
    made(service(options().setUp(SetUpPolicy.SKIP)).create(WorktreeRequest.branch("x")));
  }

  @Test
  void a_file_without_commands_needs_no_trust() {
    conf("# nothing\nBASE_REF=origin/main\nSETUP_COMMAND=\nSETUP_COMMAND=''\nnonsense\n");

    assertEquals(Optional.empty(), SetUpFile.of(repository.main));
    made(repository.service().create(WorktreeRequest.branch("x")));
  }

  @Test
  void the_tear_down_is_the_one_of_the_creation_and_needs_trust_again() throws IOException {
    Path log = repository.home.resolve("log");
    conf("TEARDOWN_COMMAND=sh -c 'pwd >> " + log + "; exit 4'\n");
    Worktree tree = made(create(any()));
    // whoever works in it may write there what it likes
    TestRepository.write(tree.path().resolve(SetUpFile.NAME), "TEARDOWN_COMMAND=touch evil\n");
    Path entry = repository.main.resolve(".git/worktrees/x");
    TreeRecord record = TreeRecord.read(entry).orElseThrow();

    List<String> untrusted = setUp(options()).tearDown(tree.path(), entry, record);
    assertFalse(Files.exists(log));
    List<String> skipped =
        setUp(trusting().setUp(SetUpPolicy.SKIP)).tearDown(tree.path(), entry, record);
    List<String> warnings = setUp(trusting()).tearDown(tree.path(), entry, record);

    assertEquals(1, untrusted.size());
    assertEquals(List.of(), skipped);
    assertEquals(tree.path() + "\n", Files.readString(log));
    assertTrue(warnings.get(0).contains("exit code 4"), warnings.toString());
    assertFalse(Files.exists(tree.path().resolve("evil")));
  }

  private void conf(String text) {
    repository.write(SetUpFile.NAME, text);
    repository.commit("commands");
  }

  private Creation create(SetUpTrust trust) {
    return service(options().trust(trust)).create(WorktreeRequest.branch("x"));
  }

  private WorktreeService service(WorktreeOptions options) {
    return new GitWorktrees(new Git(repository.environment()), repository.main, options);
  }

  private SetUp setUp(WorktreeOptions options) {
    Git git = new Git(repository.environment());
    return new SetUp(git, LocalRepository.open(repository.main, git), options);
  }

  private WorktreeOptions options() {
    return WorktreeOptions.usual().root(repository.root).environment(repository.environment());
  }

  private WorktreeOptions trusting() {
    return options().trust(any());
  }

  private static SetUpTrust any() {
    return file -> true;
  }
}
