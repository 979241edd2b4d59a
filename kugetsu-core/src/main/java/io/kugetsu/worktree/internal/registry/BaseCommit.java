package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the commit that a base stands for. */
public record BaseCommit(Git git, Path directory) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  /** Whether it is the full id of an object, by either of git's two hashes. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /**
   * The full id of the commit, or empty when there is no such commit.
   *
   * @param remoteDefault the commit of the remote's default branch, or empty without one
   */
  public Optional<String> of(BaseRef base, Optional<String> remoteDefault) {
    if (base instanceof BaseRef.Ref ref) {
      return resolve(ref.name());
    }
    return base instanceof BaseRef.RemoteDefault ? remoteDefault.or(this::head) : head();
  }

  /** Why there is no such commit. */
  public static Refused refusal(BaseRef base) {
    return base instanceof BaseRef.Ref ref
        ? new Refused(
            Reason.UNKNOWN_BASE,
            "'"
                + Names.excerpt(ref.name())
                + "' is not a commit in this repository; fetch it first, or name another base")
        : new Refused(
            Reason.UNBORN_HEAD, "HEAD has no commit yet; commit something or name a base");
  }

  private Optional<String> head() {
    return resolve("HEAD");
  }

  private Optional<String> resolve(String name) {
    if (name.isBlank() || name.startsWith("-") || name.chars().anyMatch(Character::isISOControl)) {
      return Optional.empty();
    }
    GitResult result =
        git.runRetrying(
            GitCommand.in(
                directory,
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                name + "^{commit}"));
    // A name that git reads as more than one commit, '^main' for example, has more in its answer.
    return result.ok() && isId(result.line()) ? Optional.of(result.line()) : Optional.empty();
  }
}
