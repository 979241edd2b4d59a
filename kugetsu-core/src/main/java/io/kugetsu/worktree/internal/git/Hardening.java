package io.kugetsu.worktree.internal.git;

import io.kugetsu.worktree.internal.registry.LargeFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What keeps a repository from having commands of its own run by those of git's that only look. Its
 * settings may name programs for many purposes; those that a checkout or a status needs are run, as
 * for anybody who uses git there, and others are not.
 */
final class Hardening {
  // A program that tells which files changed may tell wrong, and one that shows signatures is
  // asked even where none is shown.
  private static final Map<String, String> SETTINGS =
      Map.of("core.fsmonitor", "false", "log.showSignature", "false");
  // Where their program is missing, git would neither write large files nor tell what changed.
  private static final Map<String, String> POINTERS =
      Map.of(
          "filter.lfs.smudge",
          "",
          "filter.lfs.clean",
          "",
          "filter.lfs.process",
          "",
          "filter.lfs.required",
          "false");
  // A clone that lacks objects fetches them by whatever program its settings name. What only looks
  // does without; a protocol of this name is none that git knows.
  private static final Map<String, String> OFFLINE = Map.of("GIT_ALLOW_PROTOCOL", "none");
  private static final Set<String> LOOKING =
      Set.of(
          "check-attr",
          "check-ignore",
          "check-ref-format",
          "config",
          "for-each-ref",
          "ls-files",
          "reflog",
          "remote",
          "rev-list",
          "rev-parse",
          "status",
          "symbolic-ref",
          "update-ref",
          "worktree");
  // A hook is run as git itself runs it.
  private static final String HOOK = "hook";
  private static final Set<String> WITH_VALUE = Set.of("-c", "-C");

  // In the environment, as git's own children need them too.
  private final Map<String, String> settings;

  /**
   * For an environment.
   *
   * @param environment the variables that git is given
   */
  Hardening(Map<String, String> environment) {
    Map<String, String> all = new TreeMap<>(SETTINGS);
    if (!LargeFiles.canBeRead(environment)) {
      all.putAll(POINTERS);
    }
    Map<String, String> variables = new HashMap<>();
    all.forEach(
        (key, value) -> {
          int index = variables.size() / 2;
          variables.put("GIT_CONFIG_KEY_" + index, key);
          variables.put("GIT_CONFIG_VALUE_" + index, value);
        });
    variables.put("GIT_CONFIG_COUNT", Integer.toString(all.size()));
    settings = Map.copyOf(variables);
  }

  /** The variables that a command is given besides. */
  Map<String, String> of(List<String> arguments) {
    String command = command(arguments);
    if (command.equals(HOOK)) {
      return Map.of();
    }
    Map<String, String> variables = new HashMap<>(settings);
    if (LOOKING.contains(command)) {
      variables.putAll(OFFLINE);
    }
    return variables;
  }

  /** The first word that is no option of git's own, nor its value. */
  private static String command(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (WITH_VALUE.contains(argument)) {
        i++;
      } else if (!argument.startsWith("-")) {
        return argument;
      }
    }
    return "";
  }
}
