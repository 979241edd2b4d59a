package io.kugetsu.session;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.SetUpFile;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session could not get its worktree. Nothing was left behind. */
public final class WorktreeRefusedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final Creation.Reason reason;
  private final transient @Nullable SetUpFile setUp;

  /**
   * Makes one.
   *
   * @param refused what the worktree was refused for
   */
  public WorktreeRefusedException(Creation.Refused refused) {
    super("no worktree: " + refused.text() + whatToDo(refused));
    this.reason = refused.reason();
    this.setUp = refused.setUp().orElse(null);
  }

  /** {@return why, for programs} */
  public Creation.Reason reason() {
    return reason;
  }

  /**
   * The commands of the repository that it is about.
   *
   * @return them; empty when it is not about the repository's set-up, and once serialised
   */
  public Optional<SetUpFile> setUp() {
    return Optional.ofNullable(setUp);
  }

  private static String whatToDo(Creation.Refused refused) {
    return refused.reason() == Creation.Reason.SETUP_NOT_TRUSTED
        ? "; look at it, tell Kugetsu.trust that it may be run, and send the message again"
        : "";
  }
}
