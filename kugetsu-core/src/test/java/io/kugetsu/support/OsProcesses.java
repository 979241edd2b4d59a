package io.kugetsu.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the operating system says about processes; independent of the library. */
public final class OsProcesses {
  private static final String MARK = "KUGETSU_RUN=";
  private static final String TEST = TestRepository.TEST_VARIABLE + "=" + TestRepository.TEST_JVM;

  private static final int PARENT = 1;
  private static final int SESSION = 3;

  private OsProcesses() {}

  /** Living processes of this test JVM's runs, with their run's mark. */
  public static Map<Long, String> marked() {
    Map<Long, String> found = new HashMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path each : all) {
        String mark = mark(each);
        if (!mark.isEmpty() && lives(each)) {
          found.put(Long.parseLong(each.getFileName().toString()), mark);
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Living processes of this test JVM's runs, looked for again and again, at little cost. */
  public static final class Watch {
    /** How many looks a process without a mark gets: it may be on its way to its program. */
    private static final int CHANCES = 40;

    private final Map<Path, String> marks = new HashMap<>();
    private final Map<Path, Integer> unmarked = new HashMap<>();

    /** The marks of what lives now. */
    public Set<String> marks() {
      Set<String> living = new HashSet<>();
      Set<Path> there = new HashSet<>();
      try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
        for (Path each : all) {
          there.add(each);
          String mark = known(each);
          if (!mark.isEmpty() && lives(each)) {
            living.add(mark);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      marks.keySet().retainAll(there);
      unmarked.keySet().retainAll(there);
      return living;
    }

    private String known(Path process) {
      String known = marks.get(process);
      if (known != null) {
        return known;
      }
      if (unmarked.getOrDefault(process, 0) > CHANCES) {
        return "";
      }
      String mark = mark(process);
      if (mark.isEmpty()) {
        unmarked.merge(process, 1, Integer::sum);
      } else {
        marks.put(process, mark);
      }
      return mark;
    }
  }

  /** Living processes of one run. */
  public static List<Long> of(String mark) {
    return marked().entrySet().stream()
        .filter(entry -> entry.getValue().equals(mark))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Living processes that work in a directory, whatever their environment says. */
  public static List<Long> below(Path directory) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      List<Long> found = new ArrayList<>();
      for (Path each : all) {
        if (lives(each) && worksIn(each, directory)) {
          found.add(Long.parseLong(each.getFileName().toString()));
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean worksIn(Path process, Path directory) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The living processes of one run but for its supervisor: that one leads a session, and whoever
   * started it does not belong to the run.
   */
  public static List<Long> ofAgent(String mark) {
    List<Long> all = of(mark);
    return all.stream()
        .filter(pid -> number(pid, SESSION) != pid || all.contains(number(pid, PARENT)))
        .toList();
  }

  /** A number from what the system tells of a process, counted from its state; -1 if it ended. */
  private static long number(long pid, int field) {
    try {
      String stat =
          Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[field]);
    } catch (IOException e) {
      return -1;
    }
  }

  /** Whether a process has not exited yet. */
  public static boolean lives(long pid) {
    return lives(Path.of("/proc/" + pid));
  }

  /** Ends a process, and waits until it is gone. */
  public static void end(long pid) {
    ProcessHandle.of(pid)
        .ifPresent(
            process -> {
              process.destroyForcibly();
              process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
            });
  }

  private static String mark(Path process) {
    try {
      String environment =
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
      List<String> variables = List.of(environment.split("\0"));
      return variables.contains(TEST)
          ? variables.stream()
              .filter(variable -> variable.startsWith(MARK))
              .map(variable -> variable.substring(MARK.length()))
              .findFirst()
              .orElse("")
          : "";
    } catch (IOException e) {
      return ""; // it has ended, or is not ours to look at
    }
  }

  private static boolean lives(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }
}
