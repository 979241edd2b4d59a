package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.internal.git.Hashes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** The names of worktrees, which are the names of their directories. */
public final class Names {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,59}");
  // Windows opens a device when it is asked for a file of such a name.
  private static final Pattern DEVICE = Pattern.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]");
  private static final int SLUG = 40;
  private static final int HASH = 10;
  private static final int EXCERPT = 80;

  private Names() {}

  /** Whether it is one that a worktree may be given. */
  public static boolean isValid(String name) {
    return NAME.matcher(name).matches() && !DEVICE.matcher(name).matches();
  }

  /**
   * The name for a branch's worktree: the branch's own where it can be one, otherwise what is left
   * of it, with a hash that keeps branches apart of which the same is left.
   */
  public static String forBranch(String branch) {
    String slug = branch.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    slug = slug.substring(0, Math.min(slug.length(), SLUG)).replaceAll("^-+|-+$", "");
    if (slug.equals(branch) && !DEVICE.matcher(slug).matches() && !slug.isEmpty()) {
      return slug;
    }
    return (slug.isEmpty() ? "x" : slug) + "-" + hash(branch);
  }

  /** The name for a worktree that is somewhere, which no other place has. */
  public static String forPath(Path path) {
    String last = forBranch(String.valueOf(path.getFileName()));
    return last.substring(0, Math.min(last.length(), SLUG)).replaceAll("-+$", "")
        + "-"
        + hash(path.toString());
  }

  /** A text fit for a message: one line, no control characters, 80 characters at most. */
  public static String excerpt(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= EXCERPT ? plain : plain.substring(0, EXCERPT) + "…";
  }

  private static String hash(String text) {
    return Hashes.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, HASH);
  }
}
