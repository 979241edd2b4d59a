package io.kugetsu.worktree;

import io.kugetsu.common.InvalidRequestException;
import java.util.Objects;
import java.util.Optional;

/**
 * How the commits of a worktree shall come home: {@code
 * IntegrationRequest.into("main").by(Method.SQUASH).message("Fix the gate")}. Immutable; each
 * method gives a new request.
 *
 * @param target the local branch that shall have the work, without {@code refs/heads/}
 * @param method how it gets it
 * @param message the message of the commit that {@link Method#MERGE} or {@link Method#SQUASH}
 *     makes; without it one is made from the branch's name and commits
 * @param dryRun whether to change nothing and only tell what would be
 */
public record IntegrationRequest(
    String target, Method method, Optional<String> message, boolean dryRun) {
  /**
   * Checks the message.
   *
   * @throws InvalidRequestException when it is blank or has a NUL
   */
  public IntegrationRequest {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(method, "method");
    if (message.isPresent() && (message.get().isBlank() || message.get().indexOf('\0') >= 0)) {
      throw new InvalidRequestException("the message of a commit is not blank and has no NUL");
    }
  }

  /**
   * By {@link Method#FAST_FORWARD}, which adds no commit of its own.
   *
   * @param target the local branch, without {@code refs/heads/}
   * @return the request
   */
  public static IntegrationRequest into(String target) {
    return new IntegrationRequest(target, Method.FAST_FORWARD, Optional.empty(), false);
  }

  /**
   * Chooses how.
   *
   * @param newMethod how
   * @return the new request
   */
  public IntegrationRequest by(Method newMethod) {
    return new IntegrationRequest(target, newMethod, message, dryRun);
  }

  /**
   * Gives the new commit a message.
   *
   * @param newMessage the message
   * @return the new request
   * @throws InvalidRequestException when it is blank or has a NUL
   */
  public IntegrationRequest message(String newMessage) {
    return new IntegrationRequest(target, method, Optional.of(newMessage), dryRun);
  }

  /**
   * Only looks what would become of it.
   *
   * @return the new request
   */
  public IntegrationRequest asDryRun() {
    return new IntegrationRequest(target, method, message, true);
  }

  /** How a branch gets the work. */
  public enum Method {
    /** The branch moves to the worktree's commit; refused when it has commits of its own. */
    FAST_FORWARD,
    /** A merge commit, also where the branch could be moved forward. */
    MERGE,
    /** One commit with all of the changes; it does not lead to the worktree's commits. */
    SQUASH,
    /**
     * The worktree's commits one by one on top of the branch, with their authors and messages, as
     * {@code git rebase} does it: merges are left out, and so is what the branch has already. The
     * worktree and its own branch stay as they are.
     */
    REBASE
  }
}
