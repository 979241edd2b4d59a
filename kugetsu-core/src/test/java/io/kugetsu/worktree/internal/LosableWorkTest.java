package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.refused;
import static io.kugetsu.worktree.internal.TestRepository.removed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Restoration.Restored;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kind of work that can be lost: nothing removes it unasked, and a rescue gives it back as it
 * was, or refuses to take it.
 */
class LosableWorkTest {
  private static TestRepository template;

  @TempDir Path temp;
  private TestRepository repository;
  private Worktree tree;

  @BeforeAll
  static void make_a_repository(@TempDir Path once) {
    template = TestRepository.create(once);
    template.write(".gitignore", "*.env\nbuild/\n");
    template.write("run.sh", "#!/bin/sh\n");
    template.commit("ignore");
  }

  @BeforeEach
  void make_a_worktree() throws IOException {
    repository = template.copy(temp);
    tree = repository.worktree("x");
  }

  @ParameterizedTest
  @EnumSource(LosableWork.class)
  void is_never_lost(LosableWork work) throws IOException {
    work.in(new LosableWork.Place(repository, tree));
    String image = TreeImage.of(repository, tree.path());
    String traces = repository.traces();

    Removal.Refused refused = refused(repository.remove(tree));

    assertTrue(refused.has(work.kind), refused.toString());
    assertEquals(traces, repository.traces());
    assertEquals(image, TreeImage.of(repository, tree.path()));

    Removal removal = repository.remove(tree, RemovalRequest.refusing().rescue());

    if (!work.isRescued) {
      refused = refused(removal);
      assertTrue(
          refused.obstacles().stream().anyMatch(obstacle -> !obstacle.kind().isRescuable()),
          refused.toString());
      assertEquals(traces, repository.traces());
      assertEquals(image, TreeImage.of(repository, tree.path()));
      return;
    }
    Rescue rescue = removed(removal).rescue().orElseThrow();
    assertFalse(Files.exists(tree.path()));
    assertEquals(List.of(rescue), repository.service().rescues());
    assertEquals(Optional.empty(), repository.service().find("x"));
    repository.git("reflog", "expire", "--expire=now", "--all");
    repository.git("prune", "--expire=now");

    Restoration restoration = repository.service().restore(rescue);

    Restored restored = assertInstanceOf(Restored.class, restoration, restoration.toString());
    assertEquals(tree, restored.worktree());
    assertEquals(image, TreeImage.of(repository, tree.path()));
    assertEquals(List.of(), complaints());
    assertTrue(repository.service().discard(rescue));
    assertEquals(List.of(), repository.service().rescues());
    assertEquals(traces, repository.traces());
    assertTrue(refused(repository.remove(tree)).has(work.kind));
  }

  private List<String> complaints() {
    return repository
        .git("fsck", "--strict", "--no-dangling", "--no-progress")
        .lines()
        .filter(line -> !line.startsWith("notice: "))
        .toList();
  }
}
