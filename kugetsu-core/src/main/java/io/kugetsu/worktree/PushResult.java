package io.kugetsu.worktree;

/** What became of commits that were to be pushed. */
public sealed interface PushResult {
  /**
   * The remote has them.
   *
   * @param remote the name of the remote
   * @param branch the branch there, without {@code refs/heads/}
   * @param commit the full id of the commit that it stands at
   * @param upToDate whether it stood there before
   */
  record Pushed(String remote, String branch, String commit, boolean upToDate)
      implements PushResult {}

  /**
   * The remote does not have them; after {@link Reason#TIMED_OUT} and {@link Reason#UNREACHABLE}
   * nobody knows.
   *
   * @param reason why, for programs
   * @param text why, for people; passwords in addresses are masked
   */
  record Refused(Reason reason, String text) implements PushResult {}

  /** Why they were not pushed. */
  enum Reason {
    /** The worktree has no commit. */
    NO_COMMITS,
    /** No branch is checked out in the worktree and none was named, or the name is not usable. */
    INVALID_BRANCH,
    /** The repository has no remote of that name. */
    NO_REMOTE,
    /**
     * The remote's settings here lead nowhere: it has no address or one that is none, git knows no
     * such protocol, or a setting that counts for it is not valid.
     */
    UNUSABLE_REMOTE,
    /** The settings here forbid addresses of this kind ({@code protocol.allow}). */
    PROTOCOL_FORBIDDEN,
    /** The branch there has commits that would be lost. */
    NOT_FAST_FORWARD,
    /** The branch there does not stand where it was expected. */
    STALE,
    /** The other side refused it: a hook, a protected branch, something it cannot do. */
    REJECTED,
    /** The repository's own hook {@code pre-push} forbids it. */
    HOOK_FAILED,
    /** Nobody could be asked for a name, a password or a key, or what there is was not accepted. */
    AUTHENTICATION_NEEDED,
    /** There is no such repository, or the way to it is broken. */
    UNREACHABLE,
    /** It took too long and was ended, with everything that it had started. */
    TIMED_OUT
  }
}
