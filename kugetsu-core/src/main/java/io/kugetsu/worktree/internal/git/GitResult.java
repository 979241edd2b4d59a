package io.kugetsu.worktree.internal.git;

import io.kugetsu.worktree.GitException;
import java.util.List;

/**
 * How a git command ended.
 *
 * @param command the program and its arguments, passwords masked
 * @param exitCode its exit code
 * @param out what it wrote; empty when it was read record by record
 * @param err the end of what it wrote to its error stream, passwords masked
 */
public record GitResult(List<String> command, int exitCode, String out, String err) {
  public boolean ok() {
    return exitCode == 0;
  }

  /** The output without the line end. */
  public String line() {
    return out.strip();
  }

  public GitResult orThrow() {
    if (!ok()) {
      throw failure();
    }
    return this;
  }

  public GitException failure() {
    return new GitException("ended with exit code " + exitCode, command, exitCode, err, null);
  }
}
