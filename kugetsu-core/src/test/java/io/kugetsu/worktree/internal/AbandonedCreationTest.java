package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.ClassPath;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.TestRepository;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program is killed while it makes a worktree, and the next one is not hindered by what it left.
 */
class AbandonedCreationTest extends LeakFree {
  @TempDir Path temp;

  @Test
  void what_a_killed_program_left_half_made_is_gone_at_the_next_opening() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Path root = temp.resolve("trees");
    Files.delete(killedIn("post-checkout", "exec sleep 600", repository, root));
    assertTrue(Files.exists(root.resolve("fix/README.md")), "it got as far as that");

    WorktreeService service = WorktreeService.of(repository.directory(), root);

    assertEquals(List.of(), service.list());
    assertFalse(Files.exists(root.resolve("fix")));
    assertEquals("main", repository.git("branch", "--format=%(refname:short)"));
    Worktree made = service.create(WorktreeRequest.branch("fix")).created().orElseThrow();
    assertEquals("# A shop\n", Files.readString(made.path().resolve("README.md")));
    assertEquals("", TestRepository.git(made.path(), "status", "--porcelain"));
    assertEquals(List.of(made), service.list());
    assertEquals(
        2, repository.git("worktree", "list", "--porcelain").split("worktree ", -1).length - 1);
  }

  @Test
  void nor_is_it_in_the_way_of_a_service_that_was_open_before() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Path root = temp.resolve("trees");
    WorktreeService service = WorktreeService.of(repository.directory(), root);
    Files.delete(killedIn("post-checkout", "exec sleep 600", repository, root));

    Creation made = service.create(WorktreeRequest.branch("fix").named("other"));

    assertEquals("other", made.created().orElseThrow().name(), "the branch is free");
    assertFalse(Files.exists(root.resolve("fix")));
  }

  @Test
  void a_place_that_was_only_claimed_by_a_killed_program_is_no_obstacle() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Path root = temp.resolve("trees");
    Files.delete(killedIn("reference-transaction", "exit 1", repository, root));
    assertTrue(Files.isDirectory(root.resolve("fix")), "it got as far as that");

    WorktreeService service = WorktreeService.of(repository.directory(), root);
    Worktree made = service.create(WorktreeRequest.branch("fix")).created().orElseThrow();

    assertEquals("# A shop\n", Files.readString(made.path().resolve("README.md")));
    try (Stream<Path> notes = Files.list(root.resolve(".making"))) {
      assertEquals(List.of(".lock"), notes.map(note -> note.getFileName().toString()).toList());
    }
  }

  /** Has a program make a worktree, kills it while a hook of git's runs, and ends its git. */
  private Path killedIn(String name, String end, TestRepository repository, Path root)
      throws Exception {
    Fifo reached = Fifo.create(temp.resolve("reached"));
    Fifo go = Fifo.create(temp.resolve("go"));
    Path hook = repository.directory().resolve(".git/hooks").resolve(name);
    Files.createDirectories(hook.getParent());
    Files.writeString(
        hook,
        "#!/bin/sh\n[ \"$1\" != aborted ] || exit 0\necho x > '"
            + reached.path()
            + "'\nread x < '"
            + go.path()
            + "'\n"
            + end
            + "\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ClassPath.current(),
                Program.class.getName(),
                repository.directory().toString(),
                root.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    reached.read();
    List<ProcessHandle> itsGit = program.descendants().toList();
    program.destroyForcibly().waitFor();
    go.write("on");
    if (end.startsWith("exec")) {
      itsGit.forEach(ProcessHandle::destroyForcibly);
    }
    for (ProcessHandle each : itsGit) {
      each.onExit().get();
    }
    return hook;
  }

  /** Makes a worktree whose hook never ends. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) {
      WorktreeService.of(Path.of(args[0]), Path.of(args[1])).create(WorktreeRequest.branch("fix"));
    }
  }
}
