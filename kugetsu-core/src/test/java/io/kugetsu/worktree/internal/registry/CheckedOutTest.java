package io.kugetsu.worktree.internal.registry;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What git has written of what is going on in a checkout. */
class CheckedOutTest {
  private static final String MAIN = "refs/heads/main";

  @TempDir Path temp;

  private boolean isBusy() {
    return new CheckedOut(temp, temp, false).isBusyWith(MAIN);
  }

  @Test
  void a_branch_that_is_rebased_is_busy() throws Exception {
    assertFalse(isBusy());
    Files.writeString(
        Files.createDirectory(temp.resolve("rebase-apply")).resolve("head-name"), MAIN);
    assertTrue(isBusy());
  }

  @Test
  void nothing_is_below_a_file() throws Exception {
    Files.writeString(temp.resolve("rebase-merge"), "left by somebody");
    assertFalse(isBusy());
  }

  @Test
  void what_cannot_be_read_is_not_taken_for_nothing() throws Exception {
    Files.createDirectories(temp.resolve("rebase-merge/head-name"));
    assertThrows(StorageException.class, this::isBusy);
  }
}
