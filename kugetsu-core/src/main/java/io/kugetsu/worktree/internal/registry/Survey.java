package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All that has to be known before a worktree is begun, as far as one git can tell it. Where it
 * cannot, each is asked for by itself.
 *
 * @param base the full id of the commit to start at
 * @param branches all branches, without {@code refs/heads/}
 * @param hook where git looks for the {@code post-checkout} hook
 */
public record Survey(String base, List<String> branches, Path hook) {
  private static final String HOOK = "hooks/post-checkout";
  // What can be nothing but one name, and no option.
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_/+-]*(\\.[\\w/+-]+)*");

  /** Looks; empty also when there is no such base. */
  public static Optional<Survey> take(Git git, Path directory, BaseRef from) {
    String name = "HEAD";
    if (from instanceof BaseRef.Ref ref) {
      name = ref.name();
    } else if (from instanceof BaseRef.RemoteDefault) {
      name = BranchRules.REMOTE_DEFAULT;
    }
    if (!PLAIN.matcher(name).matches()) {
      return Optional.empty();
    }
    GitResult result =
        git.runRetrying(
            GitCommand.in(
                directory,
                "rev-parse",
                name + "^{commit}",
                "--symbolic",
                "--branches",
                "--path-format=absolute",
                "--git-path",
                HOOK));
    List<String> lines = Arrays.asList(result.out().split("\n"));
    if (!result.ok() || !BaseCommit.isId(lines.get(0))) {
      return Optional.empty();
    }
    List<String> branches = new ArrayList<>();
    int at = 1;
    while (at < lines.size() && !Path.of(lines.get(at)).isAbsolute()) {
      branches.add(lines.get(at++));
    }
    // the path is what is left, and may have line ends
    Path hook = Path.of(String.join("\n", lines.subList(at, lines.size())));
    return hook.isAbsolute()
        ? Optional.of(new Survey(lines.get(0), branches, hook))
        : Optional.empty();
  }

  /** Whether there is certainly no hook; where others are set up than the usual, nobody knows. */
  public boolean hasNoHook(Path common) {
    return hook.equals(common.resolve(HOOK)) && !Files.exists(hook);
  }
}
