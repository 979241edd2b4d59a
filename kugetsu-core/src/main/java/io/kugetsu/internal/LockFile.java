package io.kugetsu.internal;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock that holds across threads and across JVMs. Got from {@link FileLocks#of}. Re-entrant for a
 * thread.
 *
 * <p>An interrupt is no reason to give up: what is done under such a lock takes milliseconds, and a
 * run's end must be recorded by an interrupted thread too. The interrupt flag is kept.
 *
 * <p>The channel is only ever asked with {@code tryLock}, which does not block and which an
 * interrupt therefore cannot turn into closing the channel; this also gives the wait a bound, and
 * survives the {@link OverlappingFileLockException} that a second class loader's lock causes.
 */
public final class LockFile {
  private static final Set<StandardOpenOption> OPEN =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  private static final long FIRST_PAUSE_NANOS = 50_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;
  // After this long of taking the lock without a break, other JVMs are let in between.
  private static final long STREAK_NANOS = 25_000_000;
  private static final long BREAK_NANOS = 1_500_000;

  private final Path name;
  private final ReentrantLock threads = new ReentrantLock(true);
  // Kept so that the garbage collector does not close them, which could drop a lock.
  private final List<FileChannel> abandoned = new ArrayList<>();
  private @Nullable FileChannel channel;
  private volatile Optional<Object> key = Optional.empty();
  private @Nullable FileLock lock;
  private long streakSince;
  private long lastRelease;

  LockFile(Path name) {
    this.name = name;
  }

  /**
   * Takes the lock, waiting for it if need be.
   *
   * @param bound how long to wait at most
   * @return releases the lock when closed, once, by the thread that took it
   * @throws StorageException when the lock cannot be had in time, or its file cannot be used
   */
  public Held lock(Duration bound) {
    return tryLock(bound)
        .orElseThrow(
            () ->
                new StorageException(
                    name, "is still locked by somebody else after " + bound + "; try again", null));
  }

  /**
   * Takes the lock if it is free at this moment.
   *
   * @return the lock, or empty when somebody else has it
   * @throws StorageException when the lock's file cannot be used
   */
  public Optional<Held> tryLock() {
    return tryLock(Duration.ZERO);
  }

  /**
   * Takes the lock if it becomes free in time.
   *
   * @param bound how long to wait at most
   * @return the lock, or empty when somebody else still has it
   * @throws StorageException when the lock's file cannot be used
   */
  public Optional<Held> tryLock(Duration bound) {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(bound);
    if (!lockThreads(deadline)) {
      return Optional.empty();
    }
    boolean taken = false;
    try {
      taken = threads.getHoldCount() > 1 || lockFile(deadline);
      return taken ? Optional.of(new Held(this)) : Optional.empty();
    } catch (IOException e) {
      throw new StorageException(name, "cannot be used as a lock file: " + e, e);
    } finally {
      if (!taken) {
        threads.unlock();
      }
    }
  }

  private boolean lockThreads(long deadline) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return threads.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean lockFile(long deadline) throws IOException {
    letOthersIn();
    boolean interrupted = false;
    long pause = FIRST_PAUSE_NANOS;
    try {
      while (true) {
        FileLock got = tryFile();
        if (got != null) {
          lock = got;
          FileLocks.HELD.incrementAndGet();
          return true;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        // With the interrupt flag set no pause would last.
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(this, Math.min(pause, left));
        pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable FileLock tryFile() throws IOException {
    FileChannel open = opened();
    try {
      FileLock got = open.tryLock();
      if (got != null && !isStillThere()) {
        // Somebody removed or replaced the file: a lock on it would exclude nobody.
        got.release();
        abandoned.add(open);
        channel = null;
        return null;
      }
      return got;
    } catch (OverlappingFileLockException e) {
      return null;
    } catch (ClosedChannelException e) {
      channel = null;
      return null;
    }
  }

  private FileChannel opened() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open = FileChannel.open(name, OPEN, AtomicFiles.ownerOnly(name));
      channel = open;
      key = FileLocks.fileKey(name);
    }
    return open;
  }

  private boolean isStillThere() throws IOException {
    return key.isPresent() ? key.equals(FileLocks.fileKey(name)) : Files.exists(name);
  }

  /** Whether it is that file, and still where it was: one that was moved is locked as another. */
  boolean isOpenAs(Object fileKey) throws IOException {
    return key.isPresent() && key.get().equals(fileKey) && key.equals(FileLocks.fileKey(name));
  }

  /**
   * Other JVMs look every millisecond, and between two of this JVM's threads the lock is free for
   * some microseconds only; without a break now and then the others could starve.
   */
  private void letOthersIn() {
    long now = System.nanoTime();
    if (now - lastRelease > LONGEST_PAUSE_NANOS) {
      streakSince = now;
    } else if (now - streakSince > STREAK_NANOS) {
      LockSupport.parkNanos(this, BREAK_NANOS);
      streakSince = System.nanoTime();
    }
  }

  private void release() {
    if (!threads.isHeldByCurrentThread()) {
      throw new IllegalStateException("a lock is released by the thread that took it");
    }
    try {
      FileLock got = lock;
      if (threads.getHoldCount() == 1 && got != null) {
        lock = null;
        FileLocks.HELD.decrementAndGet();
        lastRelease = System.nanoTime();
        got.release();
      }
    } catch (IOException e) {
      // Only a closed channel cannot release, and a closed channel holds no lock.
      channel = null;
    } finally {
      threads.unlock();
    }
  }

  /** A lock that is held; closing it releases the lock, closing it again does nothing. */
  public static final class Held implements AutoCloseable {
    private final LockFile file;
    private boolean closed;

    private Held(LockFile file) {
      this.file = file;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        file.release();
      }
    }
  }
}
