package io.kugetsu.worktree.internal.work;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.internal.registry.Begun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The processes that work in a directory: those of which it, or one below it, is the working
 * directory. Found on Linux only, and only those that may be looked at: one's own.
 *
 * @param directory without symbolic links
 */
public record TreeProcesses(Path directory) {
  private static final Path PROC = Path.of("/proc");
  private static final String MARK = ProcessSpec.MARKER_VARIABLE + "=";
  private static final String OWN_GIT = Begun.VARIABLE + "=";
  private static final String SPAWNER = "jspawnhelper";
  private static final int MOST_LOOKS = 10_000;
  private static final int LOOKS_FOR_VARIABLES = 100;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Tells of all that live. */
  void tell(Tally tally) throws IOException {
    for (long pid : pids()) {
      tally.add(Kind.LIVE_PROCESSES, pid + " (" + name(pid) + ")");
    }
  }

  /** Ends those that belong to a run of kugetsu's, each with the whole of its run. */
  public void endOwn(Duration grace) throws IOException {
    Set<String> marks = new TreeSet<>();
    for (long pid : pids()) {
      variable(pid, MARK).ifPresent(marks::add);
    }
    marks.forEach(mark -> ProcessTrees.end(mark, grace));
  }

  private List<Long> pids() throws IOException {
    List<Long> pids = new ArrayList<>();
    if (!Files.isReadable(PROC.resolve("self/stat"))) {
      return pids;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(String.valueOf(process.getFileName()));
        if (isIn(process)
            && awaitProgram(pid)
            && ProcessFacts.startTicks(pid).isPresent()
            && variable(pid, OWN_GIT).isEmpty()
            && !isOwnLook(pid)
            && !ProcessFacts.isEnding(pid)) { // else what was asked before may be gone already
          pids.add(pid);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return pids;
  }

  private boolean isIn(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
    } catch (IOException e) {
      return false; // it has ended, or is another user's
    }
  }

  /**
   * Waits until it can be told what it is. Java starts a program by a small one of its own, which
   * goes to the directory first and only then becomes git, say; and a program that has just begun
   * has no variables yet.
   *
   * @return true, also when that cannot be told in time
   */
  private boolean awaitProgram(long pid) {
    boolean interrupted = Thread.interrupted(); // with it nothing would be waited for
    for (int look = 0; look < MOST_LOOKS && isOnItsWay(pid, look); look++) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** A program may have no variables at all, and then they are not waited for that long. */
  private static boolean isOnItsWay(long pid, int look) {
    try {
      return name(pid).equals(SPAWNER)
          || (look < LOOKS_FOR_VARIABLES
              && Files.readAllBytes(PROC.resolve(pid + "/environ")).length == 0
              && !ProcessFacts.isEnding(pid));
    } catch (IOException e) {
      return false; // it has ended, or is another user's
    }
  }

  /** Another thread may just be asking git something about the worktree, which asks git itself. */
  private static boolean isOwnLook(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    while (process.isPresent() && name(process.get().pid()).equals("git")) {
      process = process.get().parent();
      if (process.isPresent() && process.get().pid() == ProcessFacts.ownPid()) {
        return true;
      }
    }
    return false;
  }

  private static String name(long pid) {
    try {
      return Files.readString(PROC.resolve(pid + "/comm"), StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return "gone";
    }
  }

  private static Optional<String> variable(long pid, String start) {
    try {
      byte[] bytes = Files.readAllBytes(PROC.resolve(pid + "/environ"));
      for (String variable : new String(bytes, StandardCharsets.ISO_8859_1).split("\0")) {
        if (variable.startsWith(start)) {
          return Optional.of(variable.substring(start.length()));
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // it has ended
    }
    return Optional.empty();
  }
}
