package io.kugetsu.process;

import io.kugetsu.process.ProcessTrees.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory processes hold, on Linux. */
final class ProcessMemory {
  static final boolean IS_KNOWN = Files.isReadable(Path.of("/proc/self/status"));

  private static final String FIELD = "VmRSS:";
  private static final int KIBI = 1024;

  private ProcessMemory() {}

  /** The sum of what they hold at this moment, in bytes; what two share is counted for both. */
  static long of(List<Member> processes) {
    return processes.stream().mapToLong(process -> of(process.pid())).sum();
  }

  private static long of(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith(FIELD)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBI;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0; // it has ended
    }
  }
}
