package io.kugetsu.task;

import io.kugetsu.support.TestRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Managers and commands for tests. */
final class Managers {
  /** Longer than anything here takes, so that a test that hangs fails. */
  static final Duration SOON = Duration.ofSeconds(30);

  private Managers() {}

  /** The environment of the commands: with the mark of this test JVM. */
  static Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>(TestRepository.IDENTITY);
    variables.put("PATH", System.getenv("PATH"));
    return variables;
  }

  static BackgroundManagerBuilder builder(Path directory) {
    return BackgroundManager.builder(directory).environment(environment());
  }

  static CommandSpec sh(Path directory, String script) {
    return TaskSpec.command("sh", "-c", script)
        .in(directory)
        .inherit(environment().keySet().toArray(String[]::new))
        .grace(Duration.ofMillis(300));
  }
}
