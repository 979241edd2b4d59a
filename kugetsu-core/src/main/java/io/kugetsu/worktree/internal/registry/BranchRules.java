package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a new branch may have a name, asked before anything is changed. The look at the branches
 * also tells where the remote's default branch is, which would take another process to ask for. For
 * one use.
 */
public final class BranchRules {
  // Surely valid, so that git need not be asked: words of harmless characters, with single dots.
  private static final String WORD = "[A-Za-z0-9_][A-Za-z0-9_+-]*(\\.[A-Za-z0-9_+-]+)*(?<!\\.lock)";
  private static final Pattern PLAIN = Pattern.compile(WORD + "(/" + WORD + ")*");
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{40}|[0-9a-fA-F]{64}");
  // Room for ".lock" in a file name of 255 bytes, and then some.
  private static final int LONGEST_WORD = 240;
  // A path in git's directory must fit into 4096 bytes, with all that git adds.
  private static final int LONGEST = 1_000;
  private static final String BRANCHES = "refs/heads/";
  public static final String REMOTE_DEFAULT = "refs/remotes/origin/HEAD";

  private final Git git;
  private final Path common;
  private @Nullable String remoteDefault;

  public BranchRules(Git git, Path common) {
    this.git = git;
    this.common = common;
  }

  /** The commit of the remote's default branch, once a name was allowed; empty without one. */
  public Optional<String> remoteDefault() {
    return Optional.ofNullable(remoteDefault);
  }

  public Optional<Refused> check(String branch) {
    return form(branch).or(() -> others(branch));
  }

  /** The same, among branches that are known already. */
  public Optional<Refused> check(String branch, List<String> others) {
    String wanted = folded(branch);
    return form(branch)
        .or(() -> others.contains(branch) ? Optional.of(exists(branch)) : Optional.empty())
        .or(
            () ->
                others.stream()
                    .flatMap(other -> compare(branch, wanted, other).stream())
                    .findFirst());
  }

  /** Whether it is a name at all: {@code main~1} is none, though git finds a commit by it. */
  public Optional<Refused> form(String branch) {
    String problem = problem(branch);
    if (problem == null && !PLAIN.matcher(branch).matches()) {
      GitResult result =
          git.run(GitCommand.onRepository(common, "check-ref-format", "--branch", branch));
      // Git answers '@{-1}' with another branch's name.
      if (!result.ok() || !result.line().equals(branch)) {
        problem = "is not a name that git allows for a branch";
      }
    }
    return problem == null
        ? Optional.empty()
        : Refusal.of(Reason.INVALID_BRANCH, quoted(branch) + " " + problem);
  }

  private static @Nullable String problem(String branch) {
    if (branch.isEmpty() || branch.chars().anyMatch(Character::isISOControl)) {
      return "is empty or has control characters";
    }
    if (branch.codePoints().anyMatch(BranchRules::isInvisible)) {
      return "has characters that cannot be seen";
    }
    if (branch.startsWith("-")) {
      return "starts with a dash, like an option";
    }
    if (HEX.matcher(branch).matches()) {
      return "looks like the id of a commit";
    }
    if (branch.equals("@") || branch.equals("HEAD")) {
      return "means something else to git";
    }
    if (branch.startsWith("refs/")) {
      return "is a full ref; give the branch without 'refs/heads/'";
    }
    boolean tooLong =
        bytes(branch) > LONGEST
            || Arrays.stream(branch.split("/")).anyMatch(word -> bytes(word) > LONGEST_WORD);
    return tooLong
        ? "is too long; at most " + LONGEST_WORD + " bytes between slashes, " + LONGEST + " in all"
        : null;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** What makes one name look like another, or another text altogether; and half characters. */
  private static boolean isInvisible(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  /** Compares with the branches that are there, the way a file system that ignores case does. */
  private Optional<Refused> others(String branch) {
    AtomicReference<@Nullable Refused> found = new AtomicReference<>();
    String wanted = folded(branch);
    git.runRetrying(
            GitCommand.onRepository(
                    common,
                    "for-each-ref",
                    "--format=%(objectname) %(refname)",
                    BRANCHES,
                    REMOTE_DEFAULT)
                .each(
                    '\n',
                    line -> {
                      int space = line.indexOf(' ');
                      String ref = line.substring(space + 1);
                      if (ref.equals(REMOTE_DEFAULT)) {
                        remoteDefault = line.substring(0, space);
                        return;
                      }
                      String other = ref.substring(BRANCHES.length());
                      if (found.get() == null || other.equals(branch)) {
                        compare(branch, wanted, other).ifPresent(found::set);
                      }
                    }))
        .orThrow();
    return Optional.ofNullable(found.get());
  }

  private static Optional<Refused> compare(String branch, String wanted, String other) {
    if (other.equals(branch)) {
      return Optional.of(exists(branch));
    }
    String present = folded(other);
    if (present.equals(wanted)) {
      return Refusal.of(
          Reason.SIMILAR_BRANCH,
          quoted(branch)
              + " differs from the branch "
              + quoted(other)
              + " in upper and lower case only, and would be the same where case is ignored");
    }
    if (present.startsWith(wanted + "/") || wanted.startsWith(present + "/")) {
      return Optional.of(conflicts(branch, quoted(other)));
    }
    return Optional.empty();
  }

  public static Refused exists(String branch) {
    return new Refused(
        Reason.EXISTING_BRANCH,
        "there is a branch " + quoted(branch) + " already; choose another name");
  }

  public static Refused conflicts(String branch, String with) {
    return new Refused(
        Reason.CONFLICTING_BRANCH,
        quoted(branch) + " cannot be beside " + with + ": one would be a directory of the other");
  }

  /** By way of upper case too, as some file systems compare: of two small letters may be one. */
  private static String folded(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  private static String quoted(String name) {
    return "'" + Names.excerpt(name) + "'";
  }
}
