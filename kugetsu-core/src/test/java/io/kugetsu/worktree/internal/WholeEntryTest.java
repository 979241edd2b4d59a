package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An entry that is made here cannot be told from one of git's. */
class WholeEntryTest {
  private static final List<String> FILES = List.of("gitdir", "commondir", "locked", "HEAD");

  @TempDir Path temp;

  @Test
  void it_has_what_gits_own_has() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Worktree ours = repository.worktree("x");
    Path byGit = repository.home.resolve("other/x");
    repository.git(
        "worktree", "add", "-q", "--lock", "--reason", "kugetsu x", "-b", "y", byGit.toString());

    Path entry = repository.main.resolve(".git/worktrees/x");
    Path gits = repository.main.resolve(".git/worktrees/x1");
    for (String file : FILES) {
      String expected =
          Files.readString(gits.resolve(file))
              .replace(byGit.toString(), ours.path().toString())
              .replace("heads/y", "heads/x");
      assertEquals(expected, Files.readString(entry.resolve(file)), file);
      assertEquals(
          Files.getPosixFilePermissions(gits.resolve(file)),
          Files.getPosixFilePermissions(entry.resolve(file)),
          file);
    }
    assertEquals(
        Files.readString(byGit.resolve(".git")).replaceAll("x1$", "x"),
        Files.readString(ours.path().resolve(".git")).strip() + "\n");
    List<String> names = TestRepository.children(gits);
    assertTrue(TestRepository.children(entry).containsAll(names), names.toString());
  }

  @Test
  void git_takes_it_for_its_own() {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");

    String block =
        "worktree "
            + tree.path()
            + "\nHEAD "
            + repository.head()
            + "\nbranch refs/heads/x\nlocked kugetsu x";
    assertTrue(repository.git("worktree", "list", "--porcelain").endsWith(block));
    assertEquals("", repository.git("fsck", "--full", "--strict"));
    assertEquals("", repository.git("worktree", "repair"));
    assertEquals("", repository.git("worktree", "prune", "--verbose", "--expire=now"));
    TestRepository.write(tree.path().resolve("new"), "x");
    repository.commitIn(tree.path(), "second");
    assertEquals(2, repository.gitIn(tree.path(), "reflog").lines().count());
    repository.git("gc", "-q", "--prune=now");
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    assertTrue(repository.tryGitIn(repository.main, "branch", "-D", "x").contains("checked out"));
    repository.git("worktree", "unlock", tree.path().toString());
    repository.git("worktree", "move", tree.path().toString(), tree.path() + "y");
    repository.git("worktree", "remove", tree.path() + "y");
    assertFalse(Files.exists(repository.main.resolve(".git/worktrees")));
  }

  @Test
  void names_that_are_taken_are_counted_on_as_git_does() {
    TestRepository repository = TestRepository.create(temp);
    repository.git("worktree", "add", "-q", repository.home.resolve("a/x").toString());

    Worktree tree = repository.worktree("y");
    Worktree same =
        TestRepository.made(repository.service().create(WorktreeRequest.branch("z").named("x")));

    assertEquals(
        List.of("x", "x1", "y"),
        TestRepository.children(repository.main.resolve(".git/worktrees")));
    assertEquals(List.of(same, tree), repository.service().list());
    assertEquals("z", repository.gitIn(same.path(), "branch", "--show-current"));
  }

  @Test
  void what_needs_more_than_is_known_here_is_left_to_git() {
    TestRepository repository = TestRepository.create(temp);
    repository.leaveEntriesToGit();
    repository.git("config", "--worktree", "user.name", "Only here");

    Worktree tree = repository.worktree("x");

    assertTrue(
        Files.exists(repository.main.resolve(".git/worktrees/x/config.worktree")),
        "git copies it for the new one");
    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
  }

  @Test
  void in_a_repository_that_names_its_objects_by_sha_256_it_is_the_same() {
    TestRepository repository = TestRepository.empty(temp);
    Path other = repository.home.resolve("longer");
    repository.git("init", "-q", "--object-format=sha256", "-b", "main", other.toString());
    TestRepository.write(other.resolve("a"), "a");
    repository.commitIn(other, "first");

    Worktree tree =
        TestRepository.made(repository.service(other).create(WorktreeRequest.branch("x")));

    assertEquals("", repository.gitIn(tree.path(), "status", "--porcelain"));
    assertEquals(64, tree.baseCommit().length());
  }
}
