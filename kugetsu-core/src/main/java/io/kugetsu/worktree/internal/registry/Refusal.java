package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.internal.git.GitResult;
import java.util.Optional;

/** Refusals of a new worktree. */
public final class Refusal {
  private static final String BY_HOOK = "aborted by hook";

  private Refusal() {}

  public static Optional<Refused> of(Reason reason, String text) {
    return Optional.of(new Refused(reason, text));
  }

  /** Nothing when the command went well, a refusal when a hook forbade it, otherwise throws. */
  public static Optional<Refused> byHook(GitResult result) {
    if (!result.ok() && result.err().contains(BY_HOOK)) {
      return of(
          Reason.HOOK_FAILED,
          "the repository's hook 'reference-transaction' forbids it: " + result.err().strip());
    }
    result.orThrow();
    return Optional.empty();
  }
}
