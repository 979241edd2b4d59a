package io.kugetsu.worktree;

import io.kugetsu.common.KugetsuException;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A git command failed in a way that is not an answer. Passwords in addresses are masked; the
 * environment is not kept.
 */
public final class GitException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String[] command;
  private final int exitCode;
  private final String errorTail;

  /**
   * Makes one.
   *
   * @param problem what happened
   * @param command the program and its arguments, without secrets
   * @param exitCode how it ended; -1 when it did not end by itself
   * @param errorTail the end of what it wrote to its error stream, without secrets
   * @param cause what it came from, or null
   */
  public GitException(
      String problem,
      List<String> command,
      int exitCode,
      String errorTail,
      @Nullable Throwable cause) {
    super(
        "'"
            + String.join(" ", command)
            + "' "
            + problem
            + (errorTail.isBlank() ? "" : ": " + errorTail.strip()),
        cause);
    this.command = command.toArray(String[]::new);
    this.exitCode = exitCode;
    this.errorTail = errorTail;
  }

  /** {@return the program and its arguments} */
  public List<String> command() {
    return List.of(command);
  }

  /** {@return how it ended; -1 when it was ended at its time limit or by an interrupt} */
  public int exitCode() {
    return exitCode;
  }

  /** {@return the end of what it wrote to its error stream} */
  public String errorTail() {
    return errorTail;
  }
}
