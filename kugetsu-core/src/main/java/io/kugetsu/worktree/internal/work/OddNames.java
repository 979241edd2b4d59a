package io.kugetsu.worktree.internal.work;

import java.util.Locale;
import java.util.Set;

/**
 * Names that must not stand in a commit's tree, or whose content git then judges: what is named
 * {@code .git} on any file system, and git's own settings. A check of the repository would complain
 * about them, and some hosts refuse to take them.
 */
public final class OddNames {
  private static final String GIT = ".git";
  private static final Set<String> JUDGED = Set.of("modules", "attributes");
  private static final Set<String> JUDGED_LINKS = Set.of("ignore");

  private OddNames() {}

  /** Whether a path has such a name in it. */
  public static boolean isOne(String raw, boolean link) {
    int start = 0;
    while (start <= raw.length()) {
      int slash = raw.indexOf('/', start);
      int end = slash < 0 ? raw.length() : slash;
      if (isOdd(raw.substring(start, end), link)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  private static boolean isOdd(String name, boolean link) {
    // Some file systems leave out characters that are not ASCII when they compare names.
    String plain = name.replaceAll("[^\\x00-\\x7f]", "").toLowerCase(Locale.ROOT);
    if (plain.indexOf('\\') >= 0 || (plain.startsWith("gi") && plain.indexOf('~') >= 0)) {
      return true;
    }
    if (link && plain.startsWith(".mailmap")) {
      return true;
    }
    if (!plain.startsWith(GIT)) {
      return false;
    }
    String rest = plain.substring(GIT.length());
    return rest.isEmpty()
        || (!Character.isLetterOrDigit(rest.charAt(0)) && rest.charAt(0) != '-')
        || JUDGED.stream().anyMatch(rest::startsWith)
        || (link && JUDGED_LINKS.stream().anyMatch(rest::startsWith));
  }
}
