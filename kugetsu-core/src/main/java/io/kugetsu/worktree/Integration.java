package io.kugetsu.worktree;

import io.kugetsu.worktree.IntegrationRequest.Method;
import java.util.List;

/** What became of work that was to come home. */
public sealed interface Integration {
  /**
   * The target has it, and so have its files where it is checked out.
   *
   * @param target the branch
   * @param before the full id of the commit that it stood at
   * @param after the full id of the commit that it stands at now
   * @param method how it got there
   * @param alreadyThere whether it had all of it before, so that nothing was changed
   * @param warnings what went wrong behind that, a hook {@code post-merge} for example
   */
  record Integrated(
      String target,
      String before,
      String after,
      Method method,
      boolean alreadyThere,
      List<String> warnings)
      implements Integration {
    /** Copies its list. */
    public Integrated {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * It could be done; nothing was changed.
   *
   * @param target the branch
   * @param before the full id of the commit that it stands at
   * @param files the full id of the tree that it would have
   * @param commits how many commits would come to it
   * @param filesChanged how many files would change
   */
  record Preview(String target, String before, String files, int commits, int filesChanged)
      implements Integration {}

  /**
   * Everything is as it was.
   *
   * @param reason why, for programs
   * @param text why and what to do, for people
   * @param paths the files that it is about, at most {@value #MAX_PATHS}
   * @param conflicts what does not go together; only for {@link Reason#CONFLICTS}
   */
  record Refused(Reason reason, String text, List<String> paths, List<Conflict> conflicts)
      implements Integration {
    /** How many paths are given at most. */
    public static final int MAX_PATHS = 100;

    /** Copies its lists. */
    public Refused {
      paths = List.copyOf(paths.subList(0, Math.min(paths.size(), MAX_PATHS)));
      conflicts = List.copyOf(conflicts);
    }

    /**
     * One that is about no files.
     *
     * @param reason why, for programs
     * @param text why and what to do, for people
     */
    public Refused(Reason reason, String text) {
      this(reason, text, List.of(), List.of());
    }
  }

  /**
   * Something that does not go together.
   *
   * @param paths the files
   * @param kind git's word for it, for example {@code CONFLICT (contents)}, {@code CONFLICT
   *     (binary)}, {@code CONFLICT (modify/delete)}
   * @param text what git says about it
   */
  record Conflict(List<String> paths, String kind, String text) {
    /** Copies its list. */
    public Conflict {
      paths = List.copyOf(paths);
    }
  }

  /** Why it was refused. */
  enum Reason {
    /** The target is not a name that a branch can have. */
    INVALID_TARGET,
    /** There is no such branch, or it is only another name for one. */
    UNKNOWN_TARGET,
    /** The target is the branch that is checked out in the worktree. */
    SAME_BRANCH,
    /** The worktree has no commit. */
    NO_COMMITS,
    /** Something in the worktree is not committed and would not come home. */
    UNCOMMITTED_CHANGES,
    /** A merge, rebase or the like is not finished, in the worktree or where the target is. */
    OPERATION_IN_PROGRESS,
    /**
     * Another branch or no branch is checked out in the worktree, and the one that was made for it
     * has commits that would be left behind.
     */
    LEFT_BEHIND,
    /** The target has commits of its own. */
    NOT_FAST_FORWARD,
    /** Both sides changed the same. */
    CONFLICTS,
    /** The two have no commit in common. */
    UNRELATED_HISTORIES,
    /** The target is checked out in a worktree of ours, in several, or being rebased. */
    TARGET_IN_USE,
    /** Where the target is checked out something is changed or staged. */
    DIRTY_TARGET,
    /** Where the target is checked out a file that git does not track is in the way. */
    FILES_IN_THE_WAY,
    /** Another git kept the target's checkout locked for too long; try again. */
    TARGET_LOCKED,
    /** The target was moved by somebody else, again and again; try again. */
    TARGET_MOVED,
    /** Git does not know who commits; {@code user.name} and {@code user.email} are needed. */
    NO_IDENTITY,
    /** Commits are to be signed here and could not be. */
    SIGNING_FAILED,
    /** A hook of the repository forbids it. */
    HOOK_FAILED,
    /** To merge without a checkout git 2.38 or later is needed. */
    GIT_TOO_OLD,
    /** Others kept the repository locked for too long; try again. */
    REPOSITORY_BUSY
  }
}
