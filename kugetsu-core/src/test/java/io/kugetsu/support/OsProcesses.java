package io.kugetsu.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the operating system says about processes; independent of the library. */
public final class OsProcesses {
  private static final String MARK = "KUGETSU_RUN=";
  private static final String TEST = TestRepository.TEST_VARIABLE + "=" + TestRepository.TEST_JVM;

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

  /** Living processes of one run. */
  public static List<Long> of(String mark) {
    return marked().entrySet().stream()
        .filter(entry -> entry.getValue().equals(mark))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
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
