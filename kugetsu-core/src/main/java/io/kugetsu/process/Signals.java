package io.kugetsu.process;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Names of signals. */
final class Signals {
  private static final int FIRST = 128;
  private static final boolean LINUX =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");

  /** Those whose numbers POSIX fixes, or that all systems number alike. */
  private static final Map<Integer, String> COMMON =
      Map.ofEntries(
          Map.entry(1, "SIGHUP"),
          Map.entry(2, "SIGINT"),
          Map.entry(3, "SIGQUIT"),
          Map.entry(4, "SIGILL"),
          Map.entry(5, "SIGTRAP"),
          Map.entry(6, "SIGABRT"),
          Map.entry(8, "SIGFPE"),
          Map.entry(9, "SIGKILL"),
          Map.entry(11, "SIGSEGV"),
          Map.entry(13, "SIGPIPE"),
          Map.entry(14, "SIGALRM"),
          Map.entry(15, "SIGTERM"));

  private static final Map<Integer, String> ON_LINUX =
      Map.of(7, "SIGBUS", 10, "SIGUSR1", 12, "SIGUSR2", 24, "SIGXCPU", 25, "SIGXFSZ", 31, "SIGSYS");

  private Signals() {}

  /** The signal that an exit code stands for. */
  static Optional<String> ofExitCode(int code) {
    String name = COMMON.get(code - FIRST);
    return Optional.ofNullable(name == null && LINUX ? ON_LINUX.get(code - FIRST) : name);
  }
}
