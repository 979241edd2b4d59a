package io.kugetsu.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs git for the examples: arguments as they are, no shell. */
final class Git {
  private final Path directory;

  Git(Path directory) {
    this.directory = directory;
  }

  /** Runs git with an identity that works on a machine where nobody configured one. */
  String run(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("git"));
    argv.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(argv).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putIfAbsent("GIT_AUTHOR_NAME", "kugetsu demonstration");
    builder.environment().putIfAbsent("GIT_AUTHOR_EMAIL", "demo@kugetsu.invalid");
    builder.environment().putIfAbsent("GIT_COMMITTER_NAME", "kugetsu demonstration");
    builder.environment().putIfAbsent("GIT_COMMITTER_EMAIL", "demo@kugetsu.invalid");
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("git " + arguments[0] + " ended with " + code + ": " + output);
    }
    return output;
  }
}
