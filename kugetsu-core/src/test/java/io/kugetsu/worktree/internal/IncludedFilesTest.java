package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.LeakFree;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.setup.IncludedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncludedFilesTest extends LeakFree {
  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void make() {
    repository = TestRepository.create(temp);
    repository.write(".gitignore", ".env*\n/build/\n*.local\n!keep.local\nsecrets/\nnested/\n");
    repository.commit("ignore");
  }

  @Test
  void ignored_files_that_are_named_come_along_and_no_others() throws IOException {
    repository.write(".worktreeinclude", "# settings\n.env\n*.local\n!no.local\nsecrets/\n");
    repository.write(".env", "A=1");
    repository.write(".env.test", "not named");
    repository.write("build/out", "not named");
    repository.write("lib/a.local", "deep");
    repository.write("no.local", "taken out again");
    repository.write("keep.local", "named, but not ignored");
    repository.write("secrets/sub/key", "k");

    Path tree = repository.worktree("x").path();

    assertEquals("A=1", Files.readString(tree.resolve(".env")));
    assertEquals("deep", Files.readString(tree.resolve("lib/a.local")));
    assertEquals("k", Files.readString(tree.resolve("secrets/sub/key")));
    for (String not : List.of(".env.test", "build", "no.local", "keep.local", ".worktreeinclude")) {
      assertFalse(Files.exists(tree.resolve(not)), not);
    }
    assertEquals("", repository.gitIn(tree, "status", "--porcelain"));
  }

  @Test
  void modes_and_times_are_kept() throws IOException {
    repository.write(".worktreeinclude", ".env\nsecrets/\n");
    repository.write(".env", "A=1");
    repository.write("secrets/tool", "#!/bin/sh\n");
    mode(repository.main.resolve(".env"), "r--------");
    mode(repository.main.resolve("secrets/tool"), "rwxr-x--x");
    mode(repository.main.resolve("secrets"), "rwx------");
    FileTime time = FileTime.from(Instant.parse("2020-02-03T04:05:06Z"));
    Files.setLastModifiedTime(repository.main.resolve("secrets/tool"), time);

    Path tree = repository.worktree("x").path();

    assertEquals("r--------", mode(tree.resolve(".env")));
    assertEquals("rwxr-x--x", mode(tree.resolve("secrets/tool")));
    assertEquals("rwx------", mode(tree.resolve("secrets")));
    assertEquals(time, Files.getLastModifiedTime(tree.resolve("secrets/tool")));
  }

  @Test
  void what_is_there_is_never_overwritten() throws IOException {
    repository.hook("post-checkout", "echo hook > .env; ln -s /nowhere a.local; mkdir b.local");
    repository.write(".worktreeinclude", "*.local\n.env\n");
    repository.write(".env", "main");
    repository.write("a.local", "main");
    repository.write("b.local", "main");

    Path tree = repository.worktree("x").path();

    assertEquals("hook\n", Files.readString(tree.resolve(".env")));
    assertEquals(Path.of("/nowhere"), Files.readSymbolicLink(tree.resolve("a.local")));
    assertTrue(Files.isDirectory(tree.resolve("b.local")));
  }

  @Test
  void links_come_along_as_links_and_only_if_they_stay_inside() throws IOException {
    repository.write(".worktreeinclude", "*.local\n");
    Path main = repository.main;
    Path outside = repository.home.resolve("outside");
    TestRepository.write(outside.resolve("key"), "k");
    Files.createSymbolicLink(main.resolve("in.local"), Path.of("lib/b.txt"));
    Files.createSymbolicLink(main.resolve("lib/up.local"), Path.of("../a.txt"));
    Files.createSymbolicLink(main.resolve("dangling.local"), Path.of("lib/none"));
    Files.createSymbolicLink(main.resolve("out.local"), Path.of("../outside/key"));
    Files.createSymbolicLink(main.resolve("absolute.local"), main.resolve("a.txt"));
    Files.createSymbolicLink(main.resolve("git.local"), Path.of(".git/config"));
    Files.createSymbolicLink(main.resolve("hop.local"), Path.of("lib/hop"));
    Files.createSymbolicLink(main.resolve("lib/hop"), outside);

    Path tree = repository.worktree("x").path();

    assertEquals(Path.of("lib/b.txt"), Files.readSymbolicLink(tree.resolve("in.local")));
    assertEquals(Path.of("../a.txt"), Files.readSymbolicLink(tree.resolve("lib/up.local")));
    assertEquals(Path.of("lib/none"), Files.readSymbolicLink(tree.resolve("dangling.local")));
    for (String not : List.of("out.local", "absolute.local", "git.local", "hop.local")) {
      assertFalse(Files.exists(tree.resolve(not), LinkOption.NOFOLLOW_LINKS), not);
    }
  }

  @Test
  void a_tracked_link_does_not_lead_a_copy_outside() throws IOException {
    Path outside = Files.createDirectory(repository.home.resolve("outside"));
    Files.createSymbolicLink(repository.main.resolve("secrets"), outside);
    repository.git("add", "--force", "secrets");
    repository.commit("a link");
    // in the main checkout it is a directory meanwhile, with a file that is named
    Files.delete(repository.main.resolve("secrets"));
    repository.write("secrets/key", "k");
    repository.write(".worktreeinclude", "secrets/\n");

    Path tree = repository.worktree("x").path();

    assertTrue(Files.isSymbolicLink(tree.resolve("secrets")));
    assertEquals(List.of(), TestRepository.children(outside));
  }

  @Test
  void a_repository_inside_does_not_come_along() throws IOException {
    repository.write(".worktreeinclude", "nested/\nsecrets/\n");
    repository.gitIn(repository.home, "init", "-q", repository.main.resolve("nested").toString());
    repository.write("nested/file", "of another repository");
    repository.write("secrets/key", "k");

    Path tree = repository.worktree("x").path();

    assertFalse(Files.exists(tree.resolve("nested")));
    assertEquals("k", Files.readString(tree.resolve("secrets/key")));
  }

  @Test
  void strange_names_come_along() throws IOException {
    repository.write(".worktreeinclude", "*.local\n");
    for (String name : List.of("a b.local", "a\nb.local", "-x.local", "ü.local", "$(x).local")) {
      repository.write(name, name);
    }

    Path tree = repository.worktree("x").path();

    for (String name : List.of("a b.local", "a\nb.local", "-x.local", "ü.local", "$(x).local")) {
      assertEquals(name, Files.readString(tree.resolve(name)));
    }
  }

  @Test
  void a_file_that_cannot_be_copied_is_a_refusal() {
    repository.write(".worktreeinclude", ".env\n");
    repository.write(".env", "x");
    Path unwritable = Path.of("/sys/kernel"); // for the superuser too
    IncludedFiles files =
        new IncludedFiles(
            new Git(repository.environment()), Optional.of(repository.main), unwritable);

    Refused refused = files.copy().orElseThrow();

    assertEquals(Reason.SETUP_FAILED, refused.reason());
    assertTrue(refused.text().contains("'.env'"), refused.text());
  }

  @Test
  void the_main_checkout_counts_wherever_the_repository_is_opened() {
    repository.write(".worktreeinclude", ".env\n");
    repository.write(".env", "main");
    Worktree first = repository.worktree("first");

    for (Path path :
        List.of(first.path(), repository.main.resolve(".git"), repository.main.resolve("lib"))) {
      WorktreeService service = repository.service(path);
      Worktree tree =
          made(service.create(WorktreeRequest.branch("x" + path.getFileName()).from("main")));
      assertTrue(Files.exists(tree.path().resolve(".env")), path.toString());
    }
  }

  @Test
  void nothing_comes_along_when_it_is_not_wanted_or_the_list_is_no_plain_file() throws IOException {
    Path outside = repository.home.resolve("list");
    TestRepository.write(outside, ".env\n");
    repository.write(".env", "x");
    Files.createSymbolicLink(repository.main.resolve(".worktreeinclude"), outside);
    assertFalse(Files.exists(repository.worktree("x").path().resolve(".env")));

    Files.delete(repository.main.resolve(".worktreeinclude"));
    repository.write(".worktreeinclude", ".env\n");
    WorktreeService service =
        new GitWorktrees(
            new Git(repository.environment()),
            repository.main,
            WorktreeOptions.usual().root(repository.root).copyIncluded(false));
    Worktree tree = made(service.create(WorktreeRequest.branch("y")));
    assertFalse(Files.exists(tree.path().resolve(".env")));
  }

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
