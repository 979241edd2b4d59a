package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program is killed while it makes a worktree, and the next one is not hindered by what it left.
 */
class AbandonedCreationTest extends LeakFree {
  @TempDir Path temp;

  @Test
  void what_a_killed_program_left_half_made_is_made_anew() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Fifo reached = Fifo.create(temp.resolve("reached"));
    Path hook = repository.directory().resolve(".git/hooks/post-checkout");
    Files.createDirectories(hook.getParent());
    Files.writeString(hook, "#!/bin/sh\necho x > '" + reached.path() + "'\nexec sleep 600\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    Path root = temp.resolve("trees");
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
    itsGit.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle each : itsGit) {
      each.onExit().get();
    }
    // it was in the middle of the checkout, say, and nobody wrote the rest
    Path tree = root.resolve("fix");
    Files.delete(tree.resolve("README.md"));
    Files.delete(hook);

    WorktreeService service = WorktreeService.of(repository.directory(), root);
    assertTrue(service.find("fix").isEmpty(), "nobody was ever given it");
    Creation refused = service.create(WorktreeRequest.branch("fix"));
    assertEquals(
        Creation.Reason.EXISTING_BRANCH, ((Creation.Refused) refused).reason(), "it is there");
    Worktree made = service.create(WorktreeRequest.existing("fix")).created().orElseThrow();
    assertEquals("# A shop\n", Files.readString(made.path().resolve("README.md")));
    assertEquals("", TestRepository.git(made.path(), "status", "--porcelain"));
    assertEquals(List.of(made), service.list());
    assertEquals(
        2, repository.git("worktree", "list", "--porcelain").split("worktree ", -1).length - 1);
  }

  /** Makes a worktree whose hook never ends. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) {
      WorktreeService.of(Path.of(args[0]), Path.of(args[1])).create(WorktreeRequest.branch("fix"));
    }
  }
}
