package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.GitRepository;
import io.kugetsu.worktree.GitRepository.Remote;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitEnvironment;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.RemoteAddress;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoriesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "https://github.com/acme/shop, github.com/acme/shop",
    "https://github.com/acme/shop.git, github.com/acme/shop",
    "https://github.com/acme/shop.git/, github.com/acme/shop",
    "https://github.com/acme/shop/, github.com/acme/shop",
    "https://GitHub.COM/Acme/Shop, github.com/Acme/Shop",
    "http://github.com:80/acme/shop, github.com/acme/shop",
    "https://github.com:443/acme/shop.git, github.com/acme/shop",
    "https://git.example.org:8443/acme/shop.git, git.example.org:8443/acme/shop",
    "https://user:s3cret@github.com/acme/shop.git, github.com/acme/shop",
    "https://oauth2:to@ken@github.com/acme/shop.git, github.com/acme/shop",
    "https://gitlab.com/group/sub/project.git, gitlab.com/group/sub/project",
    "https://github.com//acme//shop.git, github.com/acme/shop",
    "https://github.com/acme/shop.git?token=x#y, github.com/acme/shop",
    "git@github.com:acme/shop.git, github.com/acme/shop",
    "github.com:acme/shop, github.com/acme/shop",
    "git@github.com:/acme/shop.git/, github.com/acme/shop",
    "ssh://git@github.com/acme/shop.git, github.com/acme/shop",
    "ssh://git@git.example.org:2222/acme/shop, git.example.org/acme/shop",
    "ssh://git@ssh.github.com:443/acme/shop.git, github.com/acme/shop",
    "git+ssh://git@github.com/acme/shop.git, github.com/acme/shop",
    "git://github.com/acme/shop.git, github.com/acme/shop",
    "https://git.sr.ht/~me/shop, git.sr.ht/~me/shop",
    "https://github.com./acme/shop, github.com/acme/shop"
  })
  void the_address_of_a_remote_is_brought_to_the_form_of_a_ref(String address, String expected) {
    assertEquals(Optional.of(expected), RemoteAddress.normalised(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/srv/git/shop.git",
        "../shop",
        "./a:b/c",
        "file:///srv/git/acme/shop.git",
        "C:/src/acme/shop",
        "C:\\work\\acme\\shop",
        "https://github.com",
        "https://github.com/shop",
        "https://github.com/../../etc/passwd",
        "host:shop.git",
        "ext::sh -c evil/a/b",
        "",
        "https://",
        "https://github.com/acme/sh\nop"
      })
  void what_is_no_address_on_a_server_is_left_out(String address) {
    assertEquals(Optional.empty(), RemoteAddress.normalised(address));
  }

  @Test
  void remotes_are_given_with_their_names_origin_first_and_without_passwords() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("remote", "add", "backup", "/srv/backup");
    repository.git("remote", "add", "fork", "https://me:s3cret@github.com/me/shop.git");
    repository.git("remote", "add", "origin", "gh:acme/shop");
    repository.git("config", "url.https://github.com/.insteadOf", "gh:");
    GitRepository opened = open(repository.main, repository);

    assertEquals(
        List.of(new Remote("origin", "github.com/acme/shop"), remote("origin", "gh/acme/shop")),
        opened.remotes().stream()
            .filter(remote -> remote.name().equals("origin"))
            .sorted((a, b) -> b.repository().length() - a.repository().length())
            .toList());
    assertEquals("origin", opened.remotes().get(0).name());
    assertTrue(opened.remotes().contains(remote("fork", "github.com/me/shop")));
    assertFalse(opened.remotes().toString().contains("s3cret"));
    assertFalse(opened.remotes().toString().contains("backup"));
  }

  @Test
  void a_repository_may_have_no_remotes() {
    TestRepository repository = TestRepository.create(temp);
    assertEquals(List.of(), open(repository.main, repository).remotes());
  }

  @Test
  void a_repository_is_the_same_from_wherever_it_is_opened() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    Path link = Files.createSymbolicLink(repository.home.resolve("link"), repository.main);
    GitRepository main = open(repository.main, repository);

    for (Path path :
        List.of(
            repository.main.resolve("lib"),
            repository.main.resolve(".git"),
            link.resolve("lib"),
            tree.path().resolve("lib"))) {
      GitRepository opened = open(path, repository);
      assertEquals(main, opened);
      assertEquals(main.hashCode(), opened.hashCode());
      assertEquals(repository.main.resolve(".git"), opened.commonDirectory());
    }
    assertEquals(Optional.of(repository.main), main.topLevel());
    assertEquals(Optional.of(repository.main), open(link.resolve("lib"), repository).topLevel());
    assertEquals(Optional.of(tree.path()), open(tree.path().resolve("lib"), repository).topLevel());
    assertEquals(Optional.empty(), open(repository.main.resolve(".git"), repository).topLevel());
    assertFalse(main.isBare());
  }

  @Test
  void a_path_may_have_a_line_end_in_it() throws IOException {
    Path strange = Files.createDirectory(temp.resolve("a\nb"));
    TestRepository repository = TestRepository.create(strange);

    Worktree tree = repository.worktree("x");

    assertEquals(Optional.of(tree), repository.service().find("x"));
    TestRepository.removed(repository.remove(tree));
  }

  @Test
  void what_is_no_repository_is_told_apart() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Path file = repository.main.resolve("a.txt");
    Path plain = Files.createDirectory(repository.home.resolve("plain"));

    assertEquals(Problem.DOES_NOT_EXIST, problem(repository.home.resolve("none"), repository));
    assertEquals(Problem.NOT_A_DIRECTORY, problem(file, repository));
    assertEquals(Problem.NOT_A_REPOSITORY, problem(plain, repository));
  }

  @Test
  void a_missing_git_is_told_apart_from_a_missing_repository() {
    TestRepository repository = TestRepository.create(temp);
    Git missing = new Git(List.of("no-such-git"), repository.environment());

    RepositoryException failure =
        assertThrows(
            RepositoryException.class, () -> LocalRepository.open(repository.main, missing));

    assertEquals(Problem.GIT_MISSING, failure.problem());
  }

  @Test
  void the_host_s_git_opens_a_repository() {
    TestRepository repository = TestRepository.create(temp);
    assertEquals(
        open(repository.main, repository), GitRepository.open(repository.main.resolve("lib")));
  }

  @Test
  void a_command_is_ended_at_its_time_limit_with_all_that_it_started() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Path child = repository.home.resolve("child");
    Git git = new Git(repository.environment());
    GitCommand command =
        GitCommand.in(
            repository.main,
            "-c",
            "alias.hang=!trap '' TERM; sleep 600 & echo $! > " + child + "; wait; wait",
            "hang");

    GitException failure =
        Eventually.endedAt(
            child, limit -> assertThrows(GitException.class, () -> git.run(command.within(limit))));

    assertEquals(-1, failure.exitCode());
    assertTrue(failure.getMessage().contains("was ended after PT"), failure.getMessage());
    Eventually.isDead(child);
    Eventually.isTrue(RepositoriesTest::noGitThreads);
  }

  @Test
  void endless_output_is_read_but_not_kept() {
    TestRepository repository = TestRepository.create(temp);
    Git git = new Git(repository.environment());
    String flood = "alias.flood=!head -c 20000000 /dev/zero | tr '\\0' 'x' ";

    GitCommand out = GitCommand.in(repository.main, "-c", flood, "flood");
    GitCommand err = GitCommand.in(repository.main, "-c", flood + ">&2; exit 3", "flood");

    assertTrue(
        assertThrows(GitException.class, () -> git.run(out)).getMessage().contains("more than"));
    GitException failure = assertThrows(GitException.class, () -> git.run(err).orThrow());
    assertEquals(3, failure.exitCode());
    assertEquals(8192, failure.errorTail().length());
  }

  @Test
  void passwords_in_addresses_are_in_no_message() {
    TestRepository repository = TestRepository.create(temp);
    Git git = new Git(repository.environment());
    String address = "ext-none://me:s3cret@host/acme/shop";

    GitException failure =
        assertThrows(
            GitException.class,
            () -> git.run(GitCommand.in(repository.main, "ls-remote", address)).orThrow());

    assertTrue(failure.getMessage().contains("ext-none://***@host"), failure.getMessage());
    assertFalse((failure + " " + failure.command() + failure.errorTail()).contains("s3cret"));
  }

  @Test
  void arguments_reach_git_as_they_are() {
    TestRepository repository = TestRepository.create(temp);
    Git git = new Git(repository.environment());
    String value = " say \"hi\" 'there' $HOME ${x} \\ \n* ";

    GitResult result =
        git.run(GitCommand.in(repository.main, "-c", "x.y=" + value, "config", "x.y"));

    assertEquals(value + "\n", result.out());
    assertEquals(
        "\n", git.run(GitCommand.in(repository.main, "-c", "x.y=", "config", "x.y")).out());
    assertEquals(
        "[][ a ]",
        git.run(
                GitCommand.in(
                    repository.main, "-c", "alias.words=!printf '[%s]'", "words", "", " a "))
            .out());
  }

  @Test
  void of_the_host_s_variables_only_harmless_ones_of_gits_are_kept() {
    Map<String, String> host = new HashMap<>();
    host.put("PATH", "/bin");
    host.put("LC_ALL", "de_DE.UTF-8");
    host.put("LANGUAGE", "de");
    for (String name :
        List.of(
            "GIT_DIR",
            "GIT_CONFIG_PARAMETERS",
            "GIT_CONFIG_KEY_0",
            "GIT_NAMESPACE",
            "GIT_OBJECT_DIRECTORY",
            "GIT_PREFIX",
            "GIT_CEILING_DIRECTORIES",
            "GIT_TRACE")) {
      host.put(name, "x");
    }
    for (String name : List.of("GIT_AUTHOR_NAME", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL")) {
      host.put(name, "y");
    }

    assertEquals(
        Map.of(
            "PATH",
            "/bin",
            "LC_ALL",
            "C",
            "GIT_TERMINAL_PROMPT",
            "0",
            "GIT_AUTHOR_NAME",
            "y",
            "GIT_SSH_COMMAND",
            "y",
            "GIT_CONFIG_GLOBAL",
            "y"),
        GitEnvironment.from(host));
  }

  static boolean noGitThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().startsWith("kugetsu-git-"));
  }

  private static Remote remote(String name, String repository) {
    return new Remote(name, repository);
  }

  private static GitRepository open(Path path, TestRepository repository) {
    return LocalRepository.open(path, new Git(repository.environment()));
  }

  private static Problem problem(Path path, TestRepository repository) {
    RepositoryException failure =
        assertThrows(RepositoryException.class, () -> open(path, repository));
    assertEquals(path, failure.path());
    return failure.problem();
  }
}
