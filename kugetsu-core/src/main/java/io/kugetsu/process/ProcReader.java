package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTable.Entry;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Reads one process after the other off {@code /proc}. For use by one thread at a time. */
final class ProcReader {
  private static final byte[] VARIABLE =
      (ProcessSpec.MARKER_VARIABLE + "=").getBytes(StandardCharsets.UTF_8);
  // Of the fields of /proc/<pid>/stat behind the program's name.
  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int GROUP = 2;
  private static final int SESSION = 3;
  private static final int FLAGS = 6;
  private static final int THREADS = 17;
  private static final int START_TICKS = 19;
  private static final int END_OF_ENVIRONMENT = 48;
  private static final int FIELDS = 50;
  private static final long OF_THE_KERNEL = 0x0020_0000;

  /** Far longer than a program takes to be loaded. */
  private static final long LOADING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long LOADING_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final int[] fields = new int[FIELDS];
  private byte[] buffer = new byte[1 << 12];

  /** The process with this number; null when there is none that lives. */
  @Nullable Entry read(String pid) {
    String stat = "/proc/" + pid + "/stat";
    String environ = "/proc/" + pid + "/environ";
    for (long giveUp = 0; ; LockSupport.parkNanos(LOADING_PAUSE_NANOS)) {
      try {
        int length = readAll(stat);
        // The name of the program stands in parentheses and may itself hold anything.
        int name = length;
        while (name > 0 && buffer[name - 1] != ')') {
          name--;
        }
        if (split(name + 1, length) <= START_TICKS) {
          return null;
        }
        if (isDead()) {
          // Its first thread is. If others go on, only they have its environment.
          OptionalLong thread =
              number(THREADS) > 1
                  ? ProcessFacts.livingThread(Long.parseLong(pid))
                  : OptionalLong.empty();
          if (thread.isEmpty()) {
            return null;
          }
          environ = "/proc/" + pid + "/task/" + thread.getAsLong() + "/environ";
        }
        long parent = number(PARENT);
        long group = number(GROUP);
        long session = number(SESSION);
        long startTicks = number(START_TICKS);
        boolean ofTheKernel = (number(FLAGS) & OF_THE_KERNEL) != 0;
        boolean inBetween = number(END_OF_ENVIRONMENT) == 0;
        // The kernel's own have no environment, and are most of all on a quiet machine.
        int bytes = ofTheKernel ? -1 : readAllOrNothing(environ);
        if (bytes == 0 && inBetween) {
          // It is loading a program this very moment, or about to be gone: it will have an
          // environment, or be dead. Taken as it is now, it would belong to nobody.
          long now = System.nanoTime();
          giveUp = giveUp == 0 ? now + LOADING_NANOS : giveUp;
          if (now - giveUp < 0) {
            continue;
          }
        }
        return new Entry(Long.parseLong(pid), parent, group, session, startTicks, marker(bytes));
      } catch (IOException e) {
        // It ended while we looked.
        return null;
      }
    }
  }

  /** The number of the process that a number stands for; of a thread, that is its process's. */
  long processOf(String task) {
    try {
      int length = readAll("/proc/" + task + "/status");
      String status = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
      int at = status.indexOf("\nTgid:");
      return at < 0
          ? -1
          : Long.parseLong(status.substring(at + 6, status.indexOf('\n', at + 6)).strip());
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  /** Where the fields begin; returns how many there are. */
  private int split(int start, int length) {
    int count = 0;
    Arrays.fill(fields, length);
    for (int at = start; at < length && count < FIELDS; at++) {
      if (at == start || buffer[at - 1] == ' ') {
        fields[count++] = at;
      }
    }
    return count;
  }

  private boolean isDead() {
    byte state = buffer[fields[STATE]];
    return state == 'Z' || state == 'X';
  }

  /** A field that is no number, or not there, is 0. */
  private long number(int field) {
    long value = 0;
    for (int at = fields[field];
        at < buffer.length && buffer[at] >= '0' && buffer[at] <= '9';
        at++) {
      value = value * 10 + (buffer[at] - '0');
    }
    return value;
  }

  private @Nullable String marker(int length) {
    int start = 0;
    while (start < length) {
      int end = start;
      while (end < length && buffer[end] != 0) {
        end++;
      }
      int value = start + VARIABLE.length;
      if (value <= end && Arrays.equals(buffer, start, value, VARIABLE, 0, VARIABLE.length)) {
        return new String(buffer, value, end - value, StandardCharsets.UTF_8);
      }
      start = end + 1;
    }
    return null;
  }

  /** The length of a file that may be closed to us: -1 when it is. */
  private int readAllOrNothing(String file) {
    try {
      return readAll(file);
    } catch (IOException e) {
      return -1;
    }
  }

  /** Reads a whole file of unknown length into the buffer. */
  private int readAll(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      int length = 0;
      for (int n; (n = in.read(buffer, length, buffer.length - length)) > 0; ) {
        length += n;
        if (length == buffer.length) {
          buffer = Arrays.copyOf(buffer, length * 2);
        }
      }
      return length;
    }
  }
}
