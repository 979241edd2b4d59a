package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.home.FilesTo;
import io.kugetsu.worktree.internal.home.TargetSettlement;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Registry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesToTest {
  @TempDir Path temp;

  @Test
  void what_a_sparse_checkout_leaves_out_is_not_brought() throws Exception {
    TestRepository repository = TestRepository.create(temp);
    String first = repository.head();
    repository.write("a.txt", "changed\n");
    repository.write("lib/b.txt", "changed\n");
    repository.commit("second");
    String second = repository.head();
    repository.git("sparse-checkout", "set", "--no-cone", "/a.txt");
    Path common = repository.main.resolve(".git");
    Path scratch = Files.createDirectory(repository.home.resolve("scratch"));
    Files.copy(common.resolve("index"), scratch.resolve(TargetSettlement.BEFORE));

    List<String> kept =
        new FilesTo(
                new Git(repository.environment()),
                new Registry(common, TestRepository.LOCK_WAIT),
                new CheckedOut(common, repository.main, false),
                scratch,
                first,
                second)
            .bring();

    assertEquals(List.of(), kept);
    assertEquals("one\n", Files.readString(repository.main.resolve("a.txt")));
    assertFalse(Files.exists(repository.main.resolve("lib")));
  }
}
