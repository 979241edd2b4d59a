package io.kugetsu.support;

import io.kugetsu.task.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A program whose first thread ends while another one goes on. The system then says of the process
 * what it says of a zombie, and keeps its environment to itself.
 */
public final class Leaderless {
  /** How the system calls the end of one thread only. */
  private static final Map<String, Integer> EXIT = Map.of("amd64", 60, "aarch64", 93);

  private Leaderless() {}

  /**
   * The program: it writes {@code up <number>} when its first thread has ended, and then sleeps.
   * The test is skipped where there is no such program.
   *
   * @param heeds whether SIGTERM ends it
   */
  public static List<String> words(boolean heeds) throws Exception {
    Integer exit = EXIT.get(System.getProperty("os.arch"));
    Assumptions.assumeTrue(
        exit != null && Files.isReadable(Path.of("/proc/self/stat")), "not known on this system");
    Assumptions.assumeTrue(hasThreads(), "there is no perl with threads");
    String script =
        (heeds ? "" : "$SIG{TERM} = 'IGNORE';")
            + "$| = 1; threads->create(sub {"
            + " for (my $s = ''; $s !~ /\\) Z /; select(undef, undef, undef, 0.01)) {"
            + " open(my $f, '<', \"/proc/$$/stat\"); $s = <$f>; }"
            + " print \"up $$\\n\"; sleep 300; }); syscall("
            + exit
            + ", 0);";
    return List.of("perl", "-Mthreads", "-e", script);
  }

  private static boolean hasThreads() throws Exception {
    try {
      Process process = new ProcessBuilder("perl", "-Mthreads", "-e", "1").start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits until it is gone, but for what waits to be collected. */
  public static void awaitGone(long pid) throws Exception {
    Path tasks = Path.of("/proc/" + pid + "/task");
    Until.holds(
        pid + " is gone",
        () -> {
          String[] threads = tasks.toFile().list();
          return threads == null || threads.length <= 1;
        });
  }
}
