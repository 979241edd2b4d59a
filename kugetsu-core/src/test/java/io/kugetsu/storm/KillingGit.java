package io.kugetsu.storm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * A program {@code git} that runs git, and at one of its calls kills somebody with {@code SIGKILL}:
 * the JVM that called it, the git that it runs, or both, some milliseconds after that began.
 */
final class KillingGit {
  /** Who is killed. */
  enum Victim {
    JVM,
    GIT,
    BOTH
  }

  private final Path directory;

  KillingGit(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    Path program = directory.resolve("git");
    Files.writeString(
        program,
        String.join(
            "\n",
            "#!/bin/sh",
            "git='" + realGit() + "'",
            "at=$(($(cat \"$KILLS_COUNT\" 2>/dev/null) + 1))",
            "echo $at > \"$KILLS_COUNT\"",
            "[ $at = \"$KILLS_AT\" ] || exec \"$git\" \"$@\"",
            "exec 3<&0",
            "\"$git\" \"$@\" <&3 &",
            "pid=$!",
            "sleep $KILLS_AFTER",
            "case $KILLS_WHO in",
            "  JVM) kill -9 $PPID; wait $pid;;",
            "  GIT) kill -9 $pid; wait $pid; exit 137;;",
            "  BOTH) kill -9 $PPID $pid;;",
            "esac",
            ""));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private static String realGit() {
    for (String path : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(path, "git"))) {
        return path + "/git";
      }
    }
    throw new IllegalStateException("there is no git on the PATH");
  }

  /** The environment of a JVM whose git it is; without a call nobody is killed. */
  Map<String, String> environment(Optional<Integer> call, int millis, Victim victim)
      throws IOException {
    Path count = directory.resolve("count");
    Files.deleteIfExists(count);
    return Map.of(
        "PATH", directory + ":" + System.getenv("PATH"),
        "KILLS_COUNT", count.toString(),
        "KILLS_AT", call.map(String::valueOf).orElse("never"),
        "KILLS_AFTER", String.format("0.%03d", millis),
        "KILLS_WHO", victim.name());
  }
}
