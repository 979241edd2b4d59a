package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.Changes;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangesTest {
  @TempDir Path temp;

  @Test
  void a_new_worktree_has_none() {
    TestRepository repository = TestRepository.create(temp);

    Changes changes = repository.service().changes(repository.worktree("x"));

    assertTrue(changes.isEmpty());
    assertEquals(new Changes(List.of(), 0, 0, 0, 0, 0), changes);
  }

  @Test
  void commits_lines_and_what_is_not_committed_are_counted() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    TestRepository.write(tree.path().resolve("a.txt"), "1\n2\n3\n");
    TestRepository.write(tree.path().resolve("new dir/ü\tfile"), "x\n");
    Files.write(tree.path().resolve("binary"), new byte[] {0, 1, 2});
    repository.commitIn(tree.path(), "Größe – it's \"done\"\n\nwith a body");
    Files.delete(tree.path().resolve("lib/b.txt"));
    repository.commitIn(tree.path(), "second");
    TestRepository.write(tree.path().resolve("a.txt"), "changed\n");
    TestRepository.write(tree.path().resolve("untracked/1"), "x");
    TestRepository.write(tree.path().resolve("untracked/2"), "x");

    Changes changes = repository.service().changes(tree);

    assertEquals(2, changes.commitCount());
    assertEquals("second", changes.commits().get(0).subject());
    assertEquals("Größe – it's \"done\"", changes.commits().get(1).subject());
    assertEquals(repository.gitIn(tree.path(), "rev-parse", "HEAD"), changes.commits().get(0).id());
    assertEquals(4, changes.filesChanged());
    assertEquals(4, changes.insertions());
    assertEquals(2, changes.deletions());
    assertEquals(3, changes.uncommitted());
    assertFalse(changes.isEmpty());
  }

  @Test
  void the_base_stays_where_it_was_when_branches_move_and_services_come_and_go() {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    repository.commitIn(tree.path(), "work");
    repository.commit("main moves on");

    Worktree found = repository.service().find("x").orElseThrow();

    assertEquals(tree, found);
    assertEquals(1, repository.service().changes(found).commitCount());
  }

  @Test
  void settings_of_the_person_change_nothing() {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    repository.git("config", "diff.noprefix", "true");
    repository.git("config", "diff.external", "false");
    repository.git("config", "log.showSignature", "true");
    repository.git("config", "color.ui", "always");
    repository.git("config", "i18n.logOutputEncoding", "ISO-8859-1");
    repository.git("config", "status.showUntrackedFiles", "no");
    TestRepository.write(tree.path().resolve("a.txt"), "ü\n");
    repository.commitIn(tree.path(), "ü");
    TestRepository.write(tree.path().resolve("new"), "x");

    Changes changes = repository.service().changes(tree);

    assertEquals("ü", changes.commits().get(0).subject());
    assertEquals(1, changes.filesChanged());
    assertEquals(1, changes.uncommitted());
  }

  @Test
  void of_many_commits_the_newest_are_listed_and_all_are_counted() {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    String commit = tree.baseCommit();
    String files = repository.git("rev-parse", "HEAD^{tree}");
    StringBuilder stream = new StringBuilder("reset refs/heads/x\nfrom " + commit + "\n\n");
    for (int i = 1; i <= Changes.MAX_COMMITS + 5; i++) {
      stream.append("commit refs/heads/x\ncommitter A <a@b> " + i + " +0000\ndata 1\nx\n");
    }
    Path dump = repository.home.resolve("dump");
    TestRepository.write(dump, stream.toString());
    repository.git("-c", "alias.load=!git fast-import --quiet --force < " + dump, "load");

    Changes changes = repository.service().changes(tree);

    assertEquals(Changes.MAX_COMMITS, changes.commits().size());
    assertEquals(Changes.MAX_COMMITS + 5, changes.commitCount());
    assertEquals(files, repository.git("rev-parse", "x^{tree}"));
  }

  @Test
  void a_worktree_that_is_gone_has_no_changes_to_tell() {
    TestRepository repository = TestRepository.create(temp);
    Worktree tree = repository.worktree("x");
    TestRepository.removed(repository.remove(tree));

    RepositoryException failure =
        assertThrows(RepositoryException.class, () -> repository.service().changes(tree));

    assertEquals(Problem.NOT_THAT_WORKTREE, failure.problem());
    assertEquals(tree.path(), failure.path());
  }

  @Test
  void what_is_remembered_of_commits_is_never_shown_for_others() {
    TestRepository repository = TestRepository.create(temp);
    WorktreeService service = repository.service();
    Worktree tree = repository.worktree("x");
    TestRepository.write(tree.path().resolve("a.txt"), "1\n2\n");
    repository.commitIn(tree.path(), "one");
    Changes first = service.changes(tree);
    assertEquals(first, service.changes(tree));

    TestRepository.write(tree.path().resolve("b.txt"), "1\n");
    assertEquals(1, service.changes(tree).uncommitted());
    repository.commitIn(tree.path(), "two");

    assertEquals(2, service.changes(tree).commitCount());
    repository.gitIn(tree.path(), "reset", "-q", "--hard", "HEAD~1");
    assertEquals(first, service.changes(tree));
  }

  @Test
  void many_are_told_at_once_and_those_that_went_are_left_out() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    WorktreeService service = repository.service();
    List<Worktree> trees =
        IntStream.range(0, 5).mapToObj(i -> repository.worktree("x" + i)).toList();
    for (int i = 0; i < 5; i++) {
      for (int n = 0; n < i; n++) {
        repository.commitIn(trees.get(i).path(), "work");
      }
    }
    TestRepository.removed(repository.remove(trees.get(2)));
    Trees.delete(trees.get(3).path());

    Map<Worktree, Changes> all = service.changes(trees);

    assertEquals(List.of(trees.get(0), trees.get(1), trees.get(4)), List.copyOf(all.keySet()));
    assertEquals(List.of(0, 1, 4), all.values().stream().map(Changes::commitCount).toList());
    assertEquals(Map.of(), service.changes(List.of()));
  }

  @Test
  void when_one_fails_no_git_of_the_others_outlives_the_call() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    List<Worktree> trees = List.of(repository.worktree("fails"), repository.worktree("hangs"));
    Path pid = repository.home.resolve("pid");
    WorktreeService service =
        repository.serviceWithGit(
            "case \" $PWD $* \" in\n"
                + "*/hangs\\ *' status '*) echo $$ > "
                + pid
                + ".new; mv "
                + pid
                + ".new "
                + pid
                + "; exec sleep 600;;\n"
                // with one processor the other one is not begun
                + "*/fails\\ *' status '*) n=0; while [ ! -e "
                + pid
                + " ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done; exit 128;;\n"
                + "esac; exec $GIT \"$@\"");

    assertThrows(GitException.class, () -> service.changes(trees));

    if (Files.exists(pid)) {
      long hung = Long.parseLong(Files.readString(pid).strip());
      assertFalse(ProcessHandle.of(hung).map(ProcessHandle::isAlive).orElse(false));
    }
  }

  @Test
  void the_size_counts_ignored_files_and_what_git_keeps_for_it_alone() throws IOException {
    TestRepository repository = TestRepository.create(temp);
    WorktreeService service = repository.service();
    Worktree tree = repository.worktree("x");
    long empty = service.sizeOnDisk(tree);
    TestRepository.write(repository.main.resolve(".git/info/exclude"), "build/\n");
    Path big = tree.path().resolve("build/big");
    TestRepository.write(big, "");
    Files.write(big, new byte[1 << 20]);
    Files.createLink(tree.path().resolve("build/again"), big);
    Files.createSymbolicLink(tree.path().resolve("build/away"), repository.home);

    long grown = service.sizeOnDisk(tree) - empty;

    assertTrue(grown >= 1 << 20 && grown < (1 << 20) + (64 << 10), "it grew by " + grown);
    TestRepository.removed(repository.remove(tree, RemovalRequest.refusing().discardAll()));
    assertThrows(RepositoryException.class, () -> service.sizeOnDisk(tree));
  }
}
