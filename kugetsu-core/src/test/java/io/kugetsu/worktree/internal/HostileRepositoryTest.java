package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A repository that names programs wherever git lets it. Each leaves a file of its own name, so
 * that what ran is seen; what the plain commands of git run is allowed, and nothing else.
 */
class HostileRepositoryTest extends LeakFree {
  private static final List<String> HOOKS =
      List.of(
          "applypatch-msg",
          "pre-applypatch",
          "post-applypatch",
          "pre-commit",
          "pre-merge-commit",
          "prepare-commit-msg",
          "commit-msg",
          "post-commit",
          "pre-rebase",
          "post-checkout",
          "post-merge",
          "pre-push",
          "pre-receive",
          "update",
          "proc-receive",
          "post-receive",
          "post-update",
          "reference-transaction",
          "push-to-checkout",
          "pre-auto-gc",
          "post-rewrite",
          "sendemail-validate",
          "fsmonitor-watchman",
          "post-index-change");

  @TempDir Path temp;
  private TestRepository repository;
  private Path ran;
  private Path outside;

  @BeforeEach
  void make() throws IOException {
    repository = TestRepository.create(temp);
    ran = Files.createDirectory(repository.home.resolve("ran"));
    outside = Files.createDirectory(repository.home.resolve("outside"));
    TestRepository.write(outside.resolve("precious"), "p");
  }

  @Test
  void no_program_of_the_repository_runs_that_plain_git_would_not_run() throws IOException {
    arm();

    repository.git("worktree", "add", "-q", "-b", "plain", repository.home + "/plain");
    Path other = repository.home.resolve("plain");
    repository.gitIn(other, "status");
    // of the same length, so that it is read; else that depends on when the index was written
    TestRepository.write(other.resolve("a.txt"), "two\n");
    repository.gitIn(other, "-c", "core.fsmonitor=false", "status");
    Set<String> plain = ran();
    assertTrue(
        plain.containsAll(
            List.of(
                "post-checkout",
                "reference-transaction",
                "filter-smudge",
                "filter-clean",
                "core.fsmonitor")),
        plain.toString());
    clear();
    WorktreeService service = repository.service();
    Worktree tree = made(service.create(WorktreeRequest.branch("x").from(BaseRef.remoteDefault())));
    TestRepository.write(tree.path().resolve("a.txt"), "changed\n");
    assertEquals(1, service.changes(tree).uncommitted());
    assertEquals(List.of(tree), service.list());
    refused(service.remove(tree));
    service.repository().remotes();
    refused(service.create(WorktreeRequest.branch("y").from("nothing")));
    refused(service.create(WorktreeRequest.branch("x")));

    Set<String> more = ran();
    more.removeAll(plain);
    assertEquals(Set.of(), more);
    assertFalse(ran().contains("core.fsmonitor"), "nor one that could lie about changes");
  }

  @Test
  void no_program_that_shows_signatures_is_asked() {
    Path signer = repository.home.resolve("signer");
    TestRepository.write(
        signer,
        "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED \\n' >&2\n"
            + "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n'\n"
            + "echo '-----END PGP SIGNATURE-----'\n");
    TestRepository.makeExecutable(signer);
    repository.git("-c", "gpg.program=" + signer, "commit", "-q", "-S", "--allow-empty", "-m", "s");
    repository.git("config", "log.showSignature", "true");
    program("gpg.program");
    String[] look = {"reflog", "show", "--format=%gs", "main", "--"};
    repository.tryGitIn(repository.main, look);
    assertTrue(ran().contains("gpg.program"), "it is asked by plain git");
    clear();

    Git git = new Git(repository.environment());
    assertTrue(git.run(GitCommand.in(repository.main, look)).ok());

    assertEquals(Set.of(), ran());
  }

  @Test
  void a_clone_that_lacks_objects_has_nothing_fetched_by_a_look() {
    repository.git("config", "remote.origin.url", "ext::touch " + ran.resolve("ext"));
    repository.git("config", "remote.origin.promisor", "true");
    repository.git("config", "extensions.partialClone", "origin");
    repository.git("config", "core.repositoryFormatVersion", "1");
    repository.git("config", "protocol.ext.allow", "always");
    String missing = "0123456789012345678901234567890123456789";
    repository.tryGitIn(repository.main, "rev-parse", "--verify", missing + "^{commit}");
    assertEquals(Set.of("ext"), ran(), "plain git fetches");
    clear();

    var refused = refused(repository.service().create(WorktreeRequest.branch("x").from(missing)));

    assertEquals(Reason.UNKNOWN_BASE, refused.reason());
    assertEquals(Set.of(), ran());
  }

  @Test
  void links_in_the_work_tree_lead_nothing_outside() throws IOException {
    Path main = repository.main;
    Files.createSymbolicLink(main.resolve("out"), outside);
    Files.createSymbolicLink(main.resolve("lib/up"), Path.of("../../../outside"));
    Files.createSymbolicLink(main.resolve("file"), outside.resolve("precious"));
    Files.createSymbolicLink(main.resolve(SetUpFile.NAME), outside.resolve("conf"));
    repository.write(".gitignore", "*.local\n");
    repository.commit("links");
    repository.write(".worktreeinclude", "*.local\n");
    repository.write("a.local", "x");
    TestRepository.write(outside.resolve("conf"), "# none\n");
    String before = listing();

    assertEquals(
        Reason.SETUP_FAILED,
        refused(repository.service().create(WorktreeRequest.branch("x"))).reason());
    repository.git("rm", "-q", SetUpFile.NAME);
    repository.commit("no link");
    Worktree tree = repository.worktree("x");
    Files.delete(tree.path().resolve("a.local"));
    TestRepository.removed(repository.remove(tree));

    assertEquals(before, listing());
  }

  @Test
  void a_setting_that_places_the_work_tree_elsewhere_does_not_count_in_a_worktree()
      throws IOException {
    repository.git("config", "extensions.worktreeConfig", "true");
    repository.git("config", "--worktree", "core.worktree", outside.toString());
    repository.git("config", "core.worktree", outside.toString());
    String before = listing();

    Worktree tree =
        made(
            repository
                .service(repository.main.resolve(".git"))
                .create(WorktreeRequest.branch("x")));

    assertEquals("one\n", Files.readString(tree.path().resolve("a.txt")));
    assertEquals(before, listing());
  }

  @Test
  void a_directory_of_gits_that_is_a_link_is_refused() throws IOException {
    for (String name : List.of("worktrees", "kugetsu")) {
      Path link = Files.createSymbolicLink(repository.main.resolve(".git").resolve(name), outside);

      RepositoryException failure =
          assertThrows(RepositoryException.class, () -> repository.worktree("x"));

      assertEquals(Problem.LINKED_ELSEWHERE, failure.problem());
      assertEquals(link, failure.path());
      Files.delete(link);
    }
    assertEquals(List.of("precious"), TestRepository.children(outside));
  }

  @Test
  void a_git_file_leads_to_the_repository_that_then_gets_the_worktree() throws IOException {
    TestRepository other = TestRepository.create(Files.createDirectories(temp.resolve("other")));
    Path lure = Files.createDirectory(repository.home.resolve("lure"));
    TestRepository.write(lure.resolve(".git"), "gitdir: " + other.main.resolve(".git") + "\n");

    WorktreeService service = repository.service(lure);
    Worktree tree = made(service.create(WorktreeRequest.branch("x")));

    assertEquals(other.main.resolve(".git"), service.repository().commonDirectory());
    assertEquals(service.repository().commonDirectory(), tree.repository());
    assertEquals(List.of(), repository.service().list());
  }

  @Test
  void a_hook_that_makes_another_repositorys_of_the_worktree_is_refused() throws IOException {
    TestRepository other = TestRepository.create(Files.createDirectories(temp.resolve("other")));
    String before = other.traces();
    String own = repository.traces();
    String steal = "echo 'gitdir: " + other.main.resolve(".git") + "' > .git";

    for (String script : List.of(steal, steal + "; exit 1")) {
      repository.hook("post-checkout", script);
      var refused = refused(repository.service().create(WorktreeRequest.branch("x")));
      assertEquals(Reason.HOOK_FAILED, refused.reason());
      assertEquals(before, other.traces());
      assertEquals(own, repository.traces());
    }
  }

  /** Names a program for everything, in the settings and in a file that they include. */
  private void arm() throws IOException {
    repository.write(".gitattributes", "*.txt filter=evil diff=evil merge=evil\n");
    repository.commit("attributes");
    Path hooks = Files.createDirectory(repository.home.resolve("hooks"));
    for (String hook : HOOKS) {
      Files.move(script(hook, ""), hooks.resolve(hook));
    }
    Path included = repository.home.resolve("included");
    repository.git("config", "include.path", included.toString());
    repository.git("config", "core.hooksPath", hooks.toString());
    for (String key :
        List.of(
            "core.fsmonitor",
            "core.sshCommand",
            "core.askPass",
            "core.editor",
            "core.gitProxy",
            "core.pager",
            "credential.helper",
            "diff.external",
            "diff.evil.command",
            "diff.evil.textconv",
            "gpg.program",
            "merge.evil.driver",
            "pager.status",
            "sequence.editor",
            "interactive.diffFilter",
            "difftool.evil.cmd",
            "receive.procReceiveRefs")) {
      program(key);
    }
    for (String command : List.of("status", "worktree", "reset", "rev-parse", "add", "ls-files")) {
      repository.git("config", "alias." + command, "!" + script("alias-" + command, ""));
    }
    repository.git("config", "filter.evil.smudge", script("filter-smudge", "cat").toString());
    repository.git("config", "filter.evil.clean", script("filter-clean", "cat").toString());
    repository.git("config", "log.showSignature", "true");
    repository.git("config", "pager.worktree", "true");
    repository.git("config", "remote.origin.url", "ext::" + script("ext", ""));
    repository.git("config", "protocol.ext.allow", "always");
    repository.git("config", "submodule.recurse", "true");
    repository.git(
        "config",
        "-f",
        included.toString(),
        "core.fsmonitor",
        ran.resolve("..") + "/script-core.fsmonitor");
    clear();
  }

  private void program(String key) {
    repository.git("config", key, script(key, "").toString());
  }

  private Path script(String name, String rest) {
    Path script = repository.home.resolve("script-" + name);
    TestRepository.write(script, "#!/bin/sh\n: > " + ran.resolve(name) + "\n" + rest + "\n");
    TestRepository.makeExecutable(script);
    return script;
  }

  private Set<String> ran() {
    return new TreeSet<>(TestRepository.children(ran));
  }

  private void clear() {
    for (String name : ran()) {
      assertTrue(ran.resolve(name).toFile().delete());
    }
  }

  private String listing() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String name : TestRepository.children(outside)) {
      Path file = outside.resolve(name);
      text.append(name).append(' ').append(Files.getLastModifiedTime(file)).append('\n');
    }
    return text.toString();
  }
}
