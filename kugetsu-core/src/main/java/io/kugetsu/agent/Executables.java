package io.kugetsu.agent;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds programs as a shell would, in the environment that a run will have. */
final class Executables {
  private Executables() {}

  /** The program of that name or path, if it is there and may be executed. */
  static Optional<Path> find(String program, Map<String, String> environment) {
    if (program.indexOf('/') >= 0 || program.indexOf(File.separatorChar) >= 0) {
      return executable(program, "");
    }
    for (String place : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
      Optional<Path> found = place.isEmpty() ? Optional.empty() : executable(place, program);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * The program's path. The JVM itself would look for it on its own PATH, not on the run's; what is
   * not found is left as it is, so that the start fails with the name that was asked for.
   */
  static String resolve(String program, Map<String, String> environment) {
    return find(program, environment).map(Path::toString).orElse(program);
  }

  private static Optional<Path> executable(String first, String second) {
    try {
      Path path = Path.of(first, second).toAbsolutePath();
      return Files.isRegularFile(path) && Files.isExecutable(path)
          ? Optional.of(path)
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
