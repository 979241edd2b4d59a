package io.kugetsu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.ChildJvm;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocksTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;

  @AfterEach
  void nothing_is_held_any_more() {
    assertEquals(0, FileLocks.held());
  }

  private Path file() {
    return directory.resolve("lock");
  }

  private String seenByAnotherJvm() throws Exception {
    try (ChildJvm child = new ChildJvm(LockChild.class, file())) {
      assertEquals(0, child.awaitEnd());
      return child.lines().get(0);
    }
  }

  @Test
  void two_threads_exclude_each_other_also_while_they_are_interrupted() throws Exception {
    int[] count = new int[1];
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean overlap = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int n = 0; n < 500; n++) {
                  LockFile.Held held = FileLocks.of(file()).lock(LONG);
                  overlap.compareAndSet(false, !inside.compareAndSet(false, true));
                  count[0]++;
                  inside.set(false);
                  held.close();
                }
              });
      thread.setUncaughtExceptionHandler((any, failure) -> failures.add(failure));
      threads.add(thread);
      thread.start();
    }
    while (threads.stream().anyMatch(Thread::isAlive)) {
      threads.forEach(Thread::interrupt);
      threads.get(0).join(1);
    }
    assertEquals(List.of(), failures);
    assertEquals(2000, count[0]);
    assertFalse(overlap.get());
  }

  @Test
  void a_held_lock_is_seen_by_another_jvm_whatever_interrupts_there_were() throws Exception {
    Thread.currentThread().interrupt();
    LockFile.Held held = FileLocks.of(file()).lock(LONG);
    assertTrue(Thread.currentThread().isInterrupted());
    CompletableFuture<Boolean> other =
        CompletableFuture.supplyAsync(
            () -> {
              Thread.currentThread().interrupt();
              boolean empty = FileLocks.of(file()).tryLock().isEmpty();
              return empty && Thread.interrupted();
            });
    assertTrue(Thread.interrupted());
    assertTrue(other.get(30, TimeUnit.SECONDS));
    assertEquals(1, FileLocks.held());
    assertEquals("taken", seenByAnotherJvm());
    held.close();
    held.close();
    assertEquals("free", seenByAnotherJvm());
  }

  @Test
  void a_thread_that_waits_for_somebody_outside_survives_interrupts() throws Exception {
    // A second class loader's lock looks like this: a channel of its own, in the same JVM.
    try (FileChannel foreign =
        FileChannel.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = foreign.lock();
      CountDownLatch begins = new CountDownLatch(1);
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread waiter =
          new Thread(
              () -> {
                begins.countDown();
                LockFile.Held held = FileLocks.of(file()).lock(LONG);
                held.close();
                interrupted.complete(Thread.currentThread().isInterrupted());
              });
      waiter.start();
      assertTrue(begins.await(30, TimeUnit.SECONDS));
      for (int i = 0; i < 20; i++) {
        waiter.interrupt();
        waiter.join(2);
      }
      assertTrue(waiter.isAlive());
      lock.release();
      assertTrue(interrupted.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void a_wait_has_an_end() throws Exception {
    try (FileChannel foreign =
        FileChannel.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = foreign.lock();
      LockFile mine = FileLocks.of(file());
      StorageException late =
          assertThrows(StorageException.class, () -> mine.lock(Duration.ofMillis(30)));
      assertTrue(late.getMessage().contains("locked by somebody else"), late.getMessage());
      assertTrue(mine.tryLock().isEmpty());
      lock.release();
      mine.lock(Duration.ofMillis(30)).close();
    }
  }

  @Test
  void a_thread_may_take_it_again() throws Exception {
    LockFile lock = FileLocks.of(file());
    LockFile.Held outer = lock.lock(LONG);
    LockFile.Held inner = lock.lock(LONG);
    inner.close();
    assertEquals("taken", seenByAnotherJvm());
    assertEquals(1, FileLocks.held());
    outer.close();
  }

  @Test
  void one_may_wait_for_ever() {
    LockFile.Held held = FileLocks.of(file()).tryLock(Duration.ofSeconds(Long.MAX_VALUE)).get();
    held.close();
  }

  @Test
  void every_name_of_a_file_is_the_same_lock() throws Exception {
    LockFile lock = FileLocks.of(file());
    assertSame(lock, FileLocks.of(directory.resolve("x/../lock")));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    assertSame(lock, FileLocks.of(link.resolve("lock")));
    lock.lock(LONG).close();
    Files.createLink(directory.resolve("twin"), file());
    assertSame(lock, FileLocks.of(directory.resolve("twin")));
  }

  @Test
  void a_lock_file_that_was_removed_is_made_again() throws Exception {
    LockFile lock = FileLocks.of(file());
    lock.lock(LONG).close();
    Files.delete(file());
    LockFile.Held held = lock.lock(LONG);
    assertEquals("taken", seenByAnotherJvm());
    held.close();
  }

  @Test
  void a_lock_file_that_was_moved_with_its_directory_is_locked_where_it_is() throws Exception {
    Path before = Files.createDirectory(directory.resolve("before")).resolve("lock");
    FileLocks.of(before).lock(LONG).close();
    Path after = directory.resolve("after").resolve("lock");
    Files.move(before.getParent(), after.getParent());

    try (LockFile.Held held = FileLocks.of(after).lock(LONG)) {
      CompletableFuture<Boolean> free =
          CompletableFuture.supplyAsync(() -> FileLocks.of(after).tryLock().isPresent());
      assertFalse(free.get(30, TimeUnit.SECONDS));
      try (FileChannel other = FileChannel.open(after, StandardOpenOption.WRITE)) {
        assertThrows(OverlappingFileLockException.class, () -> other.tryLock().close());
      }
    }
    Files.createDirectory(before.getParent());
    FileLocks.of(before).lock(LONG).close();
  }
}
