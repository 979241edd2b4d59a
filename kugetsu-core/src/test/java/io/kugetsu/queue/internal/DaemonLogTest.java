package io.kugetsu.queue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kugetsu.common.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonLogTest {
  @TempDir Path directory;

  @Test
  void what_is_not_there_has_no_lines() {
    DaemonLog log = new DaemonLog(directory.resolve("log"), line -> line);
    assertEquals(List.of(), log.last(5));
    log.add("one");
    assertEquals(List.of("one"), log.last(5));
  }

  @Test
  void what_cannot_be_opened_is_not_taken_for_empty() throws Exception {
    Path file = Files.createDirectory(directory.resolve("log"));
    DaemonLog log = new DaemonLog(file, line -> line);
    assertEquals(file, assertThrows(StorageException.class, () -> log.last(5)).path());
  }
}
