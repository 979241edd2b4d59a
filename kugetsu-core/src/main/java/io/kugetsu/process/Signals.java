package io.kugetsu.process;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names of signals. */
final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
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

  /**
   * SIGTERM to a process group. By the shell's own command: the program {@code kill} cuts a group's
   * number to its first digit on some systems, and would signal everybody.
   */
  static void terminateGroup(long group) {
    if (group <= 1) {
      throw new IllegalArgumentException("no process group of a run: " + group);
    }
    shell("kill -TERM -" + group);
  }

  /** SIGCONT to a process, which harms nobody. */
  static void resume(long pid) {
    shell("kill -CONT " + pid);
  }

  private static void shell(String text) {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", text);
    builder.environment().clear();
    builder
        .redirectInput(Launch.noInput())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      awaitEnd(builder.start());
    } catch (IOException e) {
      // Each of those who are meant is signalled by itself in the end.
      LOG.warn("'{}' could not be run", text, e);
    }
  }

  private static void awaitEnd(Process process) {
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The signal that an exit code stands for. */
  static Optional<String> ofExitCode(int code) {
    String name = COMMON.get(code - FIRST);
    return Optional.ofNullable(name == null && LINUX ? ON_LINUX.get(code - FIRST) : name);
  }
}
