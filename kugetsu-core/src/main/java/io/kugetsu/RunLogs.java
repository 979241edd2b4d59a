package io.kugetsu;

import io.kugetsu.common.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads off the runs' output files what there is to show. */
final class RunLogs {
  private RunLogs() {}

  static List<RunLog> newest(List<Path> outputs, int most) {
    return outputs.stream()
        .map(RunLogs::log)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(RunLog::at).thenComparing(RunLog::task).reversed())
        .limit(most)
        .toList();
  }

  /** A log may be gone by now, and a stranger's file is none of ours: both are simply not shown. */
  private static Optional<RunLog> log(Path file) {
    int depth = file.getNameCount();
    try {
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new RunLog(
              new TaskId(file.getName(depth - 3).toString()),
              Long.parseLong(file.getName(depth - 2).toString()),
              file,
              facts.lastModifiedTime().toInstant(),
              facts.size()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
