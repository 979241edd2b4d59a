package io.kugetsu.worktree.internal.git;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The environment git is run with. A host that was itself started by git, by a hook for example,
 * has variables that lead git into another repository; so of git's own variables only those pass
 * that say who commits, how a server is reached and where the settings are.
 */
public final class GitEnvironment {
  private static final String GIT = "GIT_";
  private static final List<String> KEPT_PREFIXES =
      List.of("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_SSH", "GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_");
  private static final Set<String> KEPT =
      Set.of(
          "GIT_ALLOW_PROTOCOL",
          "GIT_CONFIG_GLOBAL",
          "GIT_CONFIG_SYSTEM",
          "GIT_CONFIG_NOSYSTEM",
          "GIT_ATTR_NOSYSTEM",
          "GIT_EXEC_PATH",
          "GIT_TEMPLATE_DIR");

  private GitEnvironment() {}

  public static Map<String, String> from(Map<String, String> host) {
    Map<String, String> environment = new HashMap<>();
    host.forEach(
        (name, value) -> {
          if (passes(name)) {
            environment.put(name, value);
          }
        });
    // The texts of some failures are compared.
    environment.put("LC_ALL", "C");
    environment.remove("LANGUAGE");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    return Map.copyOf(environment);
  }

  /** Whether a variable is none of those that lead git elsewhere. */
  public static boolean passes(String name) {
    return !name.startsWith(GIT)
        || KEPT.contains(name)
        || KEPT_PREFIXES.stream().anyMatch(name::startsWith);
  }
}
