package io.kugetsu.worktree.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What keeps a repository from having commands of its own run by those of git's that only look. Its
 * settings may name programs for many purposes; those that a checkout or a status needs are run, as
 * for anybody who uses git there, and others are not.
 */
final class Hardening {
  // A program that tells which files changed may tell wrong, and one that shows signatures is
  // asked even where none is shown. In the environment, as git's own children need it too.
  private static final Map<String, String> SETTINGS =
      Map.of(
          "GIT_CONFIG_COUNT",
          "2",
          "GIT_CONFIG_KEY_0",
          "core.fsmonitor",
          "GIT_CONFIG_VALUE_0",
          "false",
          "GIT_CONFIG_KEY_1",
          "log.showSignature",
          "GIT_CONFIG_VALUE_1",
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

  private Hardening() {}

  /** The variables that a command is given besides. */
  static List<Map<String, String>> of(List<String> arguments) {
    String command = command(arguments);
    if (command.equals(HOOK)) {
      return List.of();
    }
    return LOOKING.contains(command) ? List.of(SETTINGS, OFFLINE) : List.of(SETTINGS);
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
