package io.kugetsu.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.engine.TaskStore.Subscription;
import io.kugetsu.support.LeakFree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How one program learns what another one did. */
@Timeout(180)
class WakingTest extends LeakFree {
  @TempDir Path directory;

  @Test
  @EnabledOnOs(OS.LINUX)
  void the_kernel_tells_of_a_touch_and_of_an_append() throws Exception {
    WakeFile bell = new WakeFile(directory.resolve("wake"));
    bell.ring();
    try (DirectoryWatch watch = DirectoryWatch.of(directory).orElseThrow()) {
      bell.ring();
      assertTrue(watch.await());
      Files.writeString(directory.resolve("wake"), "x", StandardOpenOption.APPEND);
      assertTrue(watch.await());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_watch_says_when_its_directory_is_gone() throws Exception {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    try (DirectoryWatch watch = DirectoryWatch.of(gone).orElseThrow()) {
      Files.delete(gone);
      assertFalse(watch.await());
    }
    assertEquals(Optional.empty(), DirectoryWatch.of(gone));
  }

  @Test
  void what_others_do_is_told_and_what_it_did_itself_is_told_once() throws Exception {
    Hints own = new Hints(new WakeFile(directory.resolve("wake")));
    Hints other = new Hints(new WakeFile(directory.resolve("wake")));
    Semaphore heard = new Semaphore(0);
    Semaphore heardByOther = new Semaphore(0);
    try (Subscription one = own.subscribe(heard::release);
        Subscription two = other.subscribe(heardByOther::release)) {
      other.give();
      assertTrue(heard.tryAcquire(60, TimeUnit.SECONDS), "not told");
      assertTrue(heardByOther.tryAcquire());
      own.give();
      assertTrue(heardByOther.tryAcquire(60, TimeUnit.SECONDS), "not told");
      Files.writeString(directory.resolve("wake"), "x", StandardOpenOption.APPEND);
      assertTrue(heardByOther.tryAcquire(60, TimeUnit.SECONDS), "a supervisor was not heard");
    }
    own.close();
    other.close();
  }

  /** A thread that another one was to follow may still be waiting when the next one subscribes. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void nothing_stays_open_however_often_one_begins_and_ends_to_listen() throws Exception {
    long before = watches();
    Hints hints = new Hints(new WakeFile(directory.resolve("wake")));
    Hints other = new Hints(new WakeFile(directory.resolve("wake")));
    for (int i = 0; i < 50; i++) {
      Semaphore heard = new Semaphore(0);
      try (Subscription unused = hints.subscribe(heard::release)) {
        other.give();
        assertTrue(heard.tryAcquire(60, TimeUnit.SECONDS), "not told");
      }
    }
    hints.close();
    other.close();
    while (watches() > before) {
      Thread.onSpinWait(); // the JDK closes them on a thread of its own; the time-out fails
    }
  }

  private static long watches() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(WakingTest::isWatch).count();
    }
  }

  private static boolean isWatch(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().contains("inotify");
    } catch (IOException e) {
      return false;
    }
  }
}
