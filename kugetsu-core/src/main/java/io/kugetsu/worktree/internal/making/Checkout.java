package io.kugetsu.worktree.internal.making;

import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.LargeFiles;
import io.kugetsu.worktree.internal.registry.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code git worktree add} does behind the registration: the files, then the hook.
 *
 * @param git runs git
 * @param large what becomes of large files
 * @param hooked whether there may be a hook
 * @param hookTimeout how long the hook may take; zero for any time
 */
record Checkout(Git git, LargeFiles large, boolean hooked, Duration hookTimeout) {
  private static final Duration ANY = Duration.ofDays(10_000);

  Optional<Refused> run(Path tree, String base) {
    return files(tree)
        .or(() -> hooked ? hook(tree, base) : Optional.empty())
        .or(() -> large.check(tree));
  }

  private Optional<Refused> files(Path tree) {
    List<String> arguments = new ArrayList<>(large.settings());
    arguments.addAll(List.of("reset", "--hard", "--quiet", "--no-recurse-submodules"));
    GitResult result =
        git.runRetrying(
            GitCommand.inTree(tree, arguments.toArray(String[]::new))
                .with(large.variables())
                .within(GitCommand.LONG));
    return large.failure(result).or(() -> Refusal.byHook(result));
  }

  private Optional<Refused> hook(Path tree, String base) {
    GitResult result;
    try {
      result =
          git.run(
              GitCommand.in(
                      tree,
                      "hook",
                      "run",
                      "--ignore-missing",
                      "post-checkout",
                      "--",
                      "0".repeat(base.length()),
                      base,
                      "1")
                  .with(large.variables())
                  .within(hookTimeout.isZero() ? ANY : hookTimeout));
    } catch (GitException e) {
      if (Thread.currentThread().isInterrupted() || e.exitCode() >= 0) {
        throw e;
      }
      return Refusal.of(
          Reason.HOOK_TIMED_OUT,
          "the repository's hook 'post-checkout' took longer than "
              + hookTimeout
              + (e.errorTail().isBlank() ? "" : ": " + e.errorTail().strip()));
    }
    return result.ok()
        ? Optional.empty()
        : Refusal.of(
            Reason.HOOK_FAILED,
            "the repository's hook 'post-checkout' ended with exit code "
                + result.exitCode()
                + ": "
                + result.err().strip());
  }
}
