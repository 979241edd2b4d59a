package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.refused;
import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Faults;
import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.rescue.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that is in danger only for a moment, or because of what others do meanwhile. */
class NearLossesTest extends LeakFree {
  private static final RemovalRequest RESCUE = RemovalRequest.refusing().rescue();

  @TempDir Path temp;
  private TestRepository repository;
  private Worktree tree;

  @BeforeEach
  void make_a_worktree() {
    repository = TestRepository.create(temp);
    repository.write(".gitignore", "build/\n");
    repository.commit("ignore");
    tree = repository.worktree("x");
  }

  @Test
  void what_is_written_after_the_look_is_not_lost_with_a_removal_that_refuses() {
    WorktreeService service = changing("status", "echo changed > " + tree.path() + "/a.txt");

    assertTrue(refused(service.remove(tree)).has(Kind.UNCOMMITTED_CHANGES));

    assertEquals("changed\n", TestRepository.contents(tree.path().resolve("a.txt")));
  }

  @Test
  void what_is_staged_after_the_look_is_rescued_too() {
    write("new", "new");
    Path file = tree.path().resolve("new");
    String stage =
        "echo staged > " + file + "; $GIT -C " + tree.path() + " add new; echo later > " + file;
    // asked after the index was read
    WorktreeService service = changing("--others --ignored", stage);

    Rescue rescue =
        removed(service.remove(tree, RESCUE.rescueIgnored("build/"))).rescue().orElseThrow();
    repository.git("prune", "--expire=now");

    assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));
    assertEquals("staged", git("cat-file", "blob", ":new"));
    assertEquals("later\n", TestRepository.contents(file));
  }

  @Test
  void a_rescue_that_somebody_gives_up_too_early_is_not_relied_on() {
    write("new", "new");
    // the last look at it before the directory is taken away
    WorktreeService service =
        changing(
            "rev-list --objects",
            "for ref in $($GIT -C "
                + repository.main
                + " for-each-ref --format='%(refname)' refs/kugetsu/rescue); do $GIT -C "
                + repository.main
                + " update-ref -d $ref; done");

    Rescue rescue = removed(service.remove(tree, RESCUE)).rescue().orElseThrow();

    assertEquals(List.of(rescue), repository.service().rescues());
  }

  @Test
  void of_many_that_rescue_it_at_once_one_does_and_its_rescue_stays() throws Exception {
    write("new", "new");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Removal>> removals =
          Collections.nCopies(4, () -> repository.service().remove(tree, RESCUE));
      List<Rescue> rescues = new ArrayList<>();
      for (Future<Removal> removal : threads.invokeAll(removals)) {
        if (removal.get() instanceof Removal.Removed removed) {
          rescues.add(removed.rescue().orElseThrow());
        }
      }

      assertEquals(1, rescues.size());
      assertEquals(rescues, repository.service().rescues());
      assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescues.get(0)));
      assertEquals("new", TestRepository.contents(tree.path().resolve("new")));
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void names_that_differ_in_case_alone_are_rescued_where_git_is_told_to_take_them_for_one()
      throws IOException {
    repository.git("config", "core.ignoreCase", "true");
    write("A.TXT", "another");
    String image = TreeImage.files(tree.path());

    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();

    assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));
    assertEquals(image, TreeImage.files(tree.path()));
  }

  @Test
  void an_entry_that_others_touched_or_took_after_a_crash_does_not_make_work_rubbish()
      throws IOException {
    for (String deed : List.of("touch", "prune")) {
      write("new", "new");
      cutOffOnceTheTreeIsTaken();
      Path entry = repository.main.resolve(".git/worktrees/x");
      if (deed.equals("touch")) {
        TestRepository.write(entry.resolve("gitdir"), tree.path().resolve(".git") + "\n");
      } else {
        Files.delete(entry.resolve("locked"));
        repository.git("worktree", "prune");
        assertFalse(Files.exists(entry));
      }

      WorktreeService next = repository.service();

      assertTrue(Files.exists(tree.path().resolve("new")), deed);
      assertEquals(deed.equals("touch"), next.find("x").isPresent());
    }
  }

  @Test
  void a_branch_whose_log_alone_leads_to_commits_stays() {
    repository.commitIn(tree.path(), "thrown away");
    String lost = git("rev-parse", "HEAD");
    git("reset", "-q", "--hard", "HEAD~1");

    var gone =
        removed(
            repository.remove(tree, RemovalRequest.refusing().deleteBranchIfIntegrated("main")));

    assertFalse(gone.branchDeleted());
    assertEquals(1, gone.warnings().size(), gone.toString());
    repository.git("prune", "--expire=now");
    assertEquals("commit", repository.git("cat-file", "-t", lost));
  }

  @Test
  void commits_that_only_a_rescue_leads_to_count_as_work_again_once_it_is_restored() {
    git("checkout", "-q", "--detach");
    write("a.txt", "detached");
    repository.commitIn(tree.path(), "detached");
    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();
    assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));

    assertTrue(refused(repository.remove(tree)).has(Kind.DETACHED_COMMITS));
  }

  @Test
  void commits_that_any_ref_of_the_worktrees_own_leads_to_stand_against_it() {
    for (String ref : List.of("SAVED_HEAD", "refs/bisect/old", "refs/rewritten/onto")) {
      git("checkout", "-q", "--detach");
      repository.commitIn(tree.path(), "aside");
      git("update-ref", ref, "HEAD");
      git("checkout", "-q", "x");
      git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "HEAD");

      assertFalse(refused(repository.remove(tree)).obstacles().isEmpty(), ref);

      git("update-ref", "-d", ref);
    }
  }

  @Test
  void a_branch_that_somebody_else_made_meanwhile_is_not_deleted_with_a_failed_restoration()
      throws IOException {
    write("new", "new");
    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();
    repository.git("branch", "-D", "x");
    // they are quicker by a moment
    WorktreeService service =
        before("update-ref", "$GIT -C " + repository.main + " branch x " + rescue.head().get());
    try {
      service.restore(rescue);
    } catch (RuntimeException e) {
      assertFalse(Files.exists(tree.path()));
    }

    assertEquals(rescue.head().get(), repository.git("rev-parse", "refs/heads/x"));
  }

  @Test
  void a_repository_without_a_checkout_among_ignored_files_stays_too() {
    repository.git("clone", "-q", "--bare", ".", tree.path().resolve("build/bare").toString());

    assertTrue(
        refused(repository.remove(tree, RemovalRequest.refusing().discardIgnored()))
            .has(Kind.NESTED_REPOSITORIES));
  }

  @Test
  void a_file_where_a_submodule_was_is_rescued() throws IOException {
    var place = new LosableWork.Place(repository, tree);
    place.submodule();
    git("submodule", "-q", "deinit", "-f", "sub");
    io.kugetsu.internal.Trees.delete(repository.main.resolve(".git/worktrees/x/modules"));
    Files.delete(tree.path().resolve("sub"));
    write("sub", "a file");
    String image = TreeImage.files(tree.path());

    Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();

    assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));
    assertEquals(image, TreeImage.files(tree.path()));
  }

  @Test
  void indexes_of_every_form_come_back_as_they_were() {
    for (String form :
        List.of("--index-version=4", "--split-index", "--untracked-cache", "--no-split-index")) {
      git("update-index", "--force-write-index", form);
      write("new", "new");
      git("add", "--intent-to-add", "new");
      write("staged", "staged");
      git("add", "staged");
      git("update-index", "--assume-unchanged", "a.txt");
      write("a.txt", "hidden");
      String image = TreeImage.of(repository, tree.path());

      Rescue rescue = removed(repository.remove(tree, RESCUE)).rescue().orElseThrow();
      repository.git("prune", "--expire=now");
      assertInstanceOf(Restoration.Restored.class, repository.service().restore(rescue));

      assertEquals(image, TreeImage.of(repository, tree.path()), form);
      repository.service().discard(rescue);
    }
  }

  @Test
  void a_list_that_would_have_us_write_where_a_link_leads_is_none() {
    String id = " 7 " + "0".repeat(40) + " ";
    String start = "kugetsu rescue 1\0t directory 755 0 - \0e directory 755 0 - \0e ";
    for (String part :
        List.of("link 777" + id + "x", "link 777" + id + "gitdir", "file 644" + id + "gitdir")) {
      byte[] list = (start + part + "\0").getBytes(StandardCharsets.ISO_8859_1);
      assertThrows(IOException.class, () -> Manifest.parse(list), part);
    }
  }

  private void cutOffOnceTheTreeIsTaken() throws IOException {
    // so that every try takes the same steps
    Files.createDirectories(repository.root.resolve(".trash"));
    Files.createDirectories(repository.main.resolve(".git/kugetsu/trash"));
    WorktreeService service = repository.service();
    for (int step = 0; Files.exists(tree.path()); step++) {
      repository.service();
      try (Faults faults = Faults.killAt(step)) {
        service.remove(tree, RESCUE);
      } catch (Faults.Killed e) {
        assertTrue(Files.exists(repository.main.resolve(".git/worktrees/x")));
      }
    }
  }

  /** A service during whose removal something happens once, after git has been asked something. */
  private WorktreeService changing(String asked, String deed) {
    Path once = repository.home.resolve("once-" + System.nanoTime());
    return repository.serviceWithGit(
        "$GIT \"$@\"; code=$?\n"
            + "case \"$*\" in *'"
            + asked
            + "'*) mkdir "
            + once
            + " 2>/dev/null && { "
            + deed
            + "; } >/dev/null 2>&1;; esac\n"
            + "exit $code");
  }

  private WorktreeService before(String asked, String deed) {
    Path once = repository.home.resolve("once-" + System.nanoTime());
    return repository.serviceWithGit(
        "case \"$*\" in *'"
            + asked
            + "'*) mkdir "
            + once
            + " 2>/dev/null && { "
            + deed
            + "; } >/dev/null 2>&1;; esac\n"
            + "exec $GIT \"$@\"");
  }

  private void write(String file, String text) {
    TestRepository.write(tree.path().resolve(file), text);
  }

  private String git(String... arguments) {
    return repository.gitIn(tree.path(), arguments);
  }
}
