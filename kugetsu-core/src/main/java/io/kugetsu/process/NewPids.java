package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Which process numbers were given out since a process was started. Linux gives them out in rising
 * order, beginning anew above the largest, and tells which was the last. So whatever a process has
 * started has a number between its own and the last one, as long as the numbers have not begun
 * anew; and they cannot have within a time that is too short for it.
 */
final class NewPids {
  /** Processes or threads that no machine starts in a second. */
  private static final long MOST_PER_SECOND = 250_000;

  private static final long NANOS_PER_TICK = 10_000_000;

  /** From about here on a listing of all is as cheap. */
  private static final long MOST = 2_000;

  private static final Path LOAD = Path.of("/proc/loadavg");

  /** How long the numbers cannot have begun anew; 0 where the last one is not to be known. */
  private static final long TRUSTED_NANOS = trustedNanos();

  private final long first;
  private final long untilNanos;
  private final LongSupplier lastGiven;

  /**
   * Names a process's successors.
   *
   * @param first its number
   * @param untilNanos until when, by {@link System#nanoTime}, the numbers cannot have begun anew
   * @param lastGiven tells which number was given out last; a lower one than {@code first} when
   *     that is not known
   */
  NewPids(long first, long untilNanos, LongSupplier lastGiven) {
    this.first = first;
    this.untilNanos = untilNanos;
    this.lastGiven = lastGiven;
  }

  /**
   * To be called right after a process of this JVM was started.
   *
   * @param pid its number
   * @param startedNanos a moment before that, by {@link System#nanoTime}
   */
  static NewPids since(long pid, long startedNanos) {
    return new NewPids(pid, startedNanos + TRUSTED_NANOS, NewPids::lastGiven);
  }

  /**
   * The same, for a process that anybody started.
   *
   * @param pid its number
   * @param startTicks when it started, by {@link ProcessFacts#startTicks}
   */
  static NewPids sinceTicks(long pid, long startTicks) {
    long age = Math.max(0, ProcessFacts.ticksNow() - startTicks) * NANOS_PER_TICK;
    return since(pid, System.nanoTime() - age);
  }

  long first() {
    return first;
  }

  /** The last number given out; -1 when the numbers between do not tell. */
  long last() {
    if (System.nanoTime() - untilNanos >= 0) {
      return -1;
    }
    long last = lastGiven.getAsLong();
    return last >= first && last - first <= MOST ? last : -1;
  }

  private static long lastGiven() {
    try {
      String load = read(LOAD);
      return Long.parseLong(load.substring(load.lastIndexOf(' ') + 1));
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  private static long trustedNanos() {
    try {
      // Some containers put a file of their own in its place, which is late by seconds.
      boolean theKernels =
          Files.getAttribute(LOAD, "unix:dev")
              .equals(Files.getAttribute(Path.of("/proc/self"), "unix:dev"));
      long numbers = Long.parseLong(read(Path.of("/proc/sys/kernel/pid_max")));
      return theKernels ? numbers * 1_000_000_000L / MOST_PER_SECOND : 0;
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  /** In one read: a setting of the kernel's has no second part. */
  private static String read(Path file) throws IOException {
    try (InputStream in = new FileInputStream(file.toFile())) {
      return new String(in.readNBytes(128), StandardCharsets.ISO_8859_1).strip();
    }
  }
}
