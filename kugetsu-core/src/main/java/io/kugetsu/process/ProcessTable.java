package io.kugetsu.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all living processes. Whoever asks gets a look that began after the asking; those who
 * ask while another looks share the next one, so that many trees which end together cost one look
 * and not one each. A zombie is dead and never seen.
 */
final class ProcessTable {
  /** Whether markers can be read at all, so that a whole tree can be found. */
  static final boolean SEES_MARKERS = Files.isReadable(Path.of("/proc/self/environ"));

  private static final byte[] VARIABLE =
      (ProcessSpec.MARKER_VARIABLE + "=").getBytes(StandardCharsets.UTF_8);
  private static final int PARENT_AFTER_NAME = 1;
  private static final int START_TICKS_AFTER_NAME = 19;

  /**
   * A living process.
   *
   * @param marker the run that its environment says it belongs to; null when it says none, or may
   *     not be read
   */
  record Entry(long pid, long parent, long startTicks, @Nullable String marker) {
    ProcessTrees.Member member() {
      return new ProcessTrees.Member(pid, startTicks);
    }
  }

  /**
   * What one look saw. Immutable.
   *
   * @param all the processes
   * @param children the processes by their parent
   */
  record Look(List<Entry> all, Map<Long, List<Entry>> children) {
    static Look of(List<Entry> all) {
      return new Look(List.copyOf(all), all.stream().collect(Collectors.groupingBy(Entry::parent)));
    }

    List<Entry> childrenOf(Entry parent) {
      return children.getOrDefault(parent.pid(), List.of());
    }
  }

  private final AtomicLong asked = new AtomicLong();
  private long answered;
  private Look last = Look.of(List.of());
  private byte[] buffer = new byte[1 << 14];

  /** All living processes that can be seen. */
  Look look() {
    long mine = asked.incrementAndGet();
    synchronized (this) {
      if (answered < mine) {
        long everybody = asked.get();
        last = Look.of(SEES_MARKERS ? scanProc() : scanHandles());
        answered = everybody;
      }
      return last;
    }
  }

  /** Whether a process has this pipe, as {@link #outputPipe} named it, as one of its outputs. */
  static boolean writesTo(long pid, String pipe) {
    return pipe.equals(link(pid, 1)) || pipe.equals(link(pid, 2));
  }

  /** The name of the pipe that is a process's standard output; null where it cannot be known. */
  static @Nullable String outputPipe(long pid) {
    String name = link(pid, 1);
    return name != null && name.startsWith("pipe:") ? name : null;
  }

  private static @Nullable String link(long pid, int descriptor) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + descriptor)).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  private static List<Entry> scanHandles() {
    return ProcessHandle.allProcesses()
        .filter(ProcessHandle::isAlive)
        .map(
            handle ->
                new Entry(
                    handle.pid(),
                    handle.parent().map(ProcessHandle::pid).orElse(0L),
                    handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L),
                    null))
        .toList();
  }

  private List<Entry> scanProc() {
    String[] names = new File("/proc").list();
    List<Entry> found = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      if (name.charAt(0) > '9') {
        continue;
      }
      try {
        int length = read("/proc/" + name + "/stat");
        // The name of the program stands in parentheses and may itself hold anything.
        int state = length;
        while (state > 0 && buffer[state - 1] != ')') {
          state--;
        }
        state++;
        if (state < length && buffer[state] != 'Z' && buffer[state] != 'X') {
          long parent = field(state, length, PARENT_AFTER_NAME);
          long startTicks = field(state, length, START_TICKS_AFTER_NAME);
          String marker = marker("/proc/" + name + "/environ");
          found.add(new Entry(Long.parseLong(name), parent, startTicks, marker));
        }
      } catch (IOException e) {
        // It ended while we looked.
      }
    }
    return found;
  }

  private long field(int start, int length, int index) {
    int at = start;
    for (int spaces = 0; at < length && spaces < index; at++) {
      if (buffer[at] == ' ') {
        spaces++;
      }
    }
    long value = 0;
    for (; at < length && buffer[at] >= '0' && buffer[at] <= '9'; at++) {
      value = value * 10 + (buffer[at] - '0');
    }
    return value;
  }

  private @Nullable String marker(String environ) {
    int length;
    try {
      length = read(environ);
    } catch (IOException e) {
      return null;
    }
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

  /** Reads a whole file of unknown length into the buffer. */
  private int read(String file) throws IOException {
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
