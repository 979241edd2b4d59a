package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.internal.registry.CutOffLock;
import io.kugetsu.worktree.internal.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutOffLockTest {
  @TempDir Path temp;

  private TestRepository repository;
  private Registry registry;
  private Path file;

  @BeforeEach
  void makeRepository() {
    repository = TestRepository.create(temp);
    registry = new Registry(repository.main.resolve(".git"), TestRepository.LOCK_WAIT);
    file = registry.common().resolve("refs/heads/x.lock");
    TestRepository.write(file, "");
  }

  @Test
  void it_is_kept_as_long_as_git_of_whomever_lives_that_could_hold_it() throws Exception {
    CutOffLock lock = new CutOffLock(file, Set.of(""));
    Process git =
        new ProcessBuilder("git", "cat-file", "--batch")
            .directory(repository.main.toFile())
            .start();
    try {
      git.getOutputStream().write("HEAD\n".getBytes(StandardCharsets.UTF_8));
      git.getOutputStream().flush();
      assertTrue(git.getInputStream().read() > 0, "it is at work");

      assertFalse(lock.clear(registry));

      assertTrue(Files.exists(file));
    } finally {
      git.destroyForcibly().waitFor();
    }
    assertTrue(lock.clear(registry));
    assertFalse(lock.exists());
  }

  @Test
  void git_at_work_elsewhere_does_not_matter() throws Exception {
    Path other = repository.home.resolve("other");
    repository.git("init", "-q", other.toString());
    Process git =
        new ProcessBuilder("git", "hash-object", "--stdin").directory(other.toFile()).start();
    try {
      assertTrue(new CutOffLock(file, Set.of("")).clear(registry));
    } finally {
      git.destroyForcibly().waitFor();
    }
  }

  @Test
  void it_is_kept_when_it_holds_what_ours_would_not() throws Exception {
    TestRepository.write(file, "0123456789012345678901234567890123456789\n");

    assertFalse(new CutOffLock(file, Set.of("")).clear(registry));

    assertTrue(Files.exists(file));
  }

  @Test
  void those_of_our_own_refs_go_at_the_next_opening_and_no_others() {
    Path ours = registry.common().resolve("refs/kugetsu/rescue/x-1.lock");
    TestRepository.write(ours, "");

    repository.service();

    assertFalse(Files.exists(ours));
    assertTrue(Files.exists(file));
  }
}
