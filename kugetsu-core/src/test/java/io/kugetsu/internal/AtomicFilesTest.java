package io.kugetsu.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir private Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void a_write_replaces_what_was_there_and_leaves_nothing_else() throws IOException {
    Path file = directory.resolve("a.json");
    AtomicFiles.write(file, "first".getBytes(StandardCharsets.UTF_8));
    AtomicFiles.write(file, "second".getBytes(StandardCharsets.UTF_8));
    assertArrayEquals(
        "second".getBytes(StandardCharsets.UTF_8), AtomicFiles.read(file).orElseThrow());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of("a.json"), names());
  }

  @Test
  void a_write_that_fails_leaves_what_was_there() throws IOException {
    Path file = directory.resolve("a.json");
    Files.createDirectory(file);
    Files.createFile(file.resolve("child"));
    StorageException failure =
        assertThrows(StorageException.class, () -> AtomicFiles.write(file, new byte[3]));
    assertEquals(file, failure.path());
    assertEquals(List.of("a.json"), names());
  }

  @Test
  void a_new_file_replaces_nothing_and_leaves_nothing_else() throws IOException {
    Path file = directory.resolve("a.json");
    assertTrue(AtomicFiles.writeNew(file, new byte[3]));
    assertFalse(AtomicFiles.writeNew(file, new byte[5]));
    assertArrayEquals(new byte[3], AtomicFiles.read(file).orElseThrow());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of("a.json"), names());
  }

  @Test
  void a_new_file_does_not_replace_what_comes_in_the_last_moment() throws IOException {
    Path file = directory.resolve("a.json");
    int[] steps = new int[1];
    try (Faults faults = Faults.none()) {
      assertTrue(AtomicFiles.writeNew(directory.resolve("other"), new byte[0]));
      steps[0] = faults.steps().size();
    }
    for (int step = 0; step < steps[0] - 1; step++) { // the last one is behind it
      try (Faults faults = Faults.doAt(step, () -> Files.write(file, new byte[] {7}))) {
        assertFalse(AtomicFiles.writeNew(file, new byte[5]), faults.steps().toString());
      }
      assertArrayEquals(new byte[] {7}, AtomicFiles.read(file).orElseThrow());
      assertTrue(AtomicFiles.delete(file));
    }
    assertEquals(List.of("other"), names());
  }

  @Test
  void a_new_file_is_there_as_a_whole_or_not_at_all() throws IOException {
    Path file = directory.resolve("a.json");
    int step = 0;
    for (boolean failed = true; failed; step++) {
      try (Faults faults = Faults.failAt(step)) {
        boolean unused = AtomicFiles.writeNew(file, new byte[3]);
        failed = faults.steps().size() > step;
      } catch (StorageException e) {
        assertEquals(Files.exists(file) ? List.of("a.json") : List.of(), names());
      }
    }
    assertArrayEquals(new byte[3], AtomicFiles.read(file).orElseThrow());
    assertEquals(List.of("a.json"), names());
    assertTrue(step > 3, "steps: " + step);
  }

  @Test
  void an_interrupt_at_any_moment_breaks_no_write_off() throws Exception {
    Path file = directory.resolve("a.json");
    byte[][] seen = new byte[1][];
    Throwable[] failure = new Throwable[1];
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; i < 200; i++) {
                AtomicFiles.write(file, Integer.toString(i).getBytes(StandardCharsets.UTF_8));
                seen[0] = AtomicFiles.read(file).orElseThrow();
                assertEquals(Integer.toString(i), new String(seen[0], StandardCharsets.UTF_8));
              }
            });
    writer.setUncaughtExceptionHandler((any, problem) -> failure[0] = problem);
    writer.start();
    Random random = new Random(1);
    while (writer.isAlive()) {
      writer.interrupt();
      writer.join(1 + random.nextInt(8));
    }
    assertEquals(null, failure[0]);
    assertEquals(List.of("a.json"), names());
  }

  @Test
  void missing_directories_are_made_for_their_owner_only() throws IOException {
    Path deep = directory.resolve("x/y/z");
    AtomicFiles.createDirectories(deep);
    AtomicFiles.createDirectories(deep);
    for (Path path : List.of(deep, deep.getParent(), deep.getParent().getParent())) {
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }
    Path file = Files.createFile(directory.resolve("file"));
    assertThrows(StorageException.class, () -> AtomicFiles.createDirectories(file.resolve("x")));
  }

  @Test
  void what_is_not_there_is_empty_and_can_be_removed_twice() {
    Path file = directory.resolve("a.json");
    assertEquals(Optional.empty(), AtomicFiles.read(file));
    AtomicFiles.write(file, new byte[0]);
    assertTrue(AtomicFiles.delete(file));
    assertFalse(AtomicFiles.delete(file));
  }

  @Test
  void a_rename_takes_no_other_file_s_name() {
    Path file = directory.resolve("a");
    AtomicFiles.write(file, new byte[1]);
    AtomicFiles.write(directory.resolve("b"), new byte[2]);
    assertThrows(StorageException.class, () -> AtomicFiles.rename(file, "b"));
    assertEquals(directory.resolve("c"), AtomicFiles.rename(file, "c"));
  }
}
