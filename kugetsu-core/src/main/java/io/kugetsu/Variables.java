package io.kugetsu;

import io.kugetsu.queue.internal.DaemonLaunch;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the environment says about where things are, and what of it a run inherits. */
final class Variables {
  private static final String DIRECTORY = "KUGETSU_DIR";
  private static final String RUN = "KUGETSU_RUN";

  private Variables() {}

  /** Kugetsu's directory: what the builder says, else the environment, else below the home. */
  static Path directory(KugetsuBuilder builder) {
    Map<String, String> variables = builder.variables();
    Path home =
        Path.of(
            Optional.ofNullable(variables.get("HOME"))
                .filter(it -> !it.isBlank())
                .orElse(System.getProperty("user.home")));
    return Optional.ofNullable(builder.directory)
        .or(
            () ->
                Optional.ofNullable(variables.get(DIRECTORY))
                    .filter(it -> !it.isBlank())
                    .map(Path::of))
        .orElse(home.resolve(".kugetsu"))
        .toAbsolutePath()
        .normalize();
  }

  /**
   * What an agent starts from: the given variables without those that would point its git at
   * another repository, and without the mark of a run that kugetsu itself may be part of.
   */
  static Map<String, String> forRuns(Map<String, String> variables, Path directory) {
    Map<String, String> kept = new HashMap<>(variables);
    kept.keySet()
        .removeIf(
            name ->
                name.startsWith("GIT_")
                    && !name.matches(
                        "GIT_(AUTHOR|COMMITTER|SSH|ASKPASS|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM|SSL|HTTP|PAGER).*"));
    kept.remove(RUN);
    kept.keySet().removeIf(name -> name.startsWith(DaemonLaunch.PREFIX));
    kept.put("GIT_TERMINAL_PROMPT", "0"); // nobody is there to answer
    kept.put(DIRECTORY, directory.toString());
    kept.putIfAbsent("PATH", "/usr/local/bin:/usr/bin:/bin");
    return kept;
  }
}
