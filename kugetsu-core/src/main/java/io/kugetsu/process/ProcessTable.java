package io.kugetsu.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
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

  /**
   * A living process.
   *
   * @param group its process group; 0 where the system does not tell
   * @param session its session; 0 where the system does not tell
   * @param marker the run that its environment says it belongs to; null when it says none, or may
   *     not be read
   */
  record Entry(
      long pid, long parent, long group, long session, long startTicks, @Nullable String marker) {
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
  private final ProcReader reader = new ProcReader();

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

  /**
   * The living processes that were started after a certain one: a look that costs next to nothing
   * where few were. It may see more; where the numbers do not tell, it sees all.
   *
   * @param since names the first
   */
  Look lookSince(NewPids since) {
    long last = since.last();
    return last < 0 ? look() : Look.of(scan(since.first(), last));
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
                    0,
                    0,
                    handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L),
                    null))
        .toList();
  }

  private List<Entry> scanProc() {
    String[] names = new File("/proc").list();
    List<Entry> found = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      Entry entry = name.charAt(0) > '9' ? null : reader.read(name);
      if (entry != null) {
        found.add(entry);
      }
    }
    return found;
  }

  private static List<Entry> scan(long first, long last) {
    ProcReader reader = new ProcReader();
    List<Entry> found = new ArrayList<>();
    for (long pid = first; pid <= last; pid++) {
      String name = Long.toString(pid);
      // Asked first, since most are gone and an exception costs more. The threads of this program
      // are the most frequent by far, and cost a whole status otherwise.
      if (new File("/proc/" + name).exists()
          && !new File("/proc/self/task/" + name).exists()
          // A thread answers under its number too, though no listing shows it.
          && reader.processOf(name) == pid) {
        Entry entry = reader.read(name);
        if (entry != null) {
          found.add(entry);
        }
      }
    }
    return found;
  }
}
