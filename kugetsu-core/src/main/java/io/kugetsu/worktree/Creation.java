package io.kugetsu.worktree;

import java.util.Objects;
import java.util.Optional;

/** What became of a request for a worktree. */
public sealed interface Creation {
  /**
   * The worktree, if there is one.
   *
   * @return it, or empty when it was refused
   */
  default Optional<Worktree> created() {
    return this instanceof Created made ? Optional.of(made.worktree()) : Optional.empty();
  }

  /**
   * It is there and ready to be worked in.
   *
   * @param worktree the worktree
   */
  record Created(Worktree worktree) implements Creation {}

  /**
   * There is none, and nothing was left behind.
   *
   * @param reason why, for programs
   * @param text why and what to do, for people
   * @param setUp the commands that it is about; empty where it is not about the repository's set-up
   */
  record Refused(Reason reason, String text, Optional<SetUpFile> setUp) implements Creation {
    /** Requires everything. */
    public Refused {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(text, "text");
      Objects.requireNonNull(setUp, "setUp");
    }

    /**
     * One that is not about the repository's set-up.
     *
     * @param reason why, for programs
     * @param text why and what to do, for people
     */
    public Refused(Reason reason, String text) {
      this(reason, text, Optional.empty());
    }
  }

  /** Why there is no worktree. */
  enum Reason {
    /** The branch's name is not one that git takes, or one that is not safe to use. */
    INVALID_BRANCH,
    /** A branch of that name exists; it is never taken over silently. */
    EXISTING_BRANCH,
    /** A branch of the same name but for upper and lower case exists. */
    SIMILAR_BRANCH,
    /** A branch exists whose name is a directory of this one's, or the other way round. */
    CONFLICTING_BRANCH,
    /** The base is not a commit in this repository. */
    UNKNOWN_BASE,
    /** The base is HEAD, and HEAD has no commit yet. */
    UNBORN_HEAD,
    /** Something is at the worktree's place, or git has a worktree registered there. */
    EXISTING_PATH,
    /** A hook of the repository ended with an error. */
    HOOK_FAILED,
    /** A hook of the repository took too long and was ended. */
    HOOK_TIMED_OUT,
    /** Large files were to be fetched, and {@code git-lfs} is missing or could not. */
    LFS_UNAVAILABLE,
    /**
     * The repository names commands to be run for each worktree, and nobody trusted them yet; see
     * {@link SetUpTrust}.
     */
    SETUP_NOT_TRUSTED,
    /**
     * A file that {@code .worktreeinclude} names could not be copied, or the repository's set-up
     * command cannot be run or ended with an error.
     */
    SETUP_FAILED,
    /** The repository's set-up command took too long and was ended. */
    SETUP_TIMED_OUT,
    /** What is to be adopted is no linked worktree of this repository. */
    NOT_A_WORKTREE,
    /** What is to be adopted has no branch checked out. */
    NO_BRANCH,
    /** What is to be adopted was locked by somebody else. */
    LOCKED_BY_OTHERS,
    /** Others kept the repository locked for too long; try again. */
    REPOSITORY_BUSY
  }
}
