package io.kugetsu.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What became of the signals on the way to this JVM, which its programs inherit. */
public final class Signals {
  private static final long HUP_AND_INT = 0x3;

  private Signals() {}

  /** Skips a test that needs a program to hear of its terminal. */
  public static void assumeNotIgnored() throws IOException {
    Assumptions.assumeTrue(
        (ignored() & HUP_AND_INT) == 0,
        "HUP or INT is ignored by what started this JVM, as nohup does, and so by all it starts");
  }

  private static long ignored() throws IOException {
    Path status = Path.of("/proc/self/status");
    List<String> lines = Files.isReadable(status) ? Files.readAllLines(status) : List.of();
    return lines.stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16))
        .findFirst()
        .orElse(0L);
  }
}
