package io.kugetsu;

import io.kugetsu.common.SessionKey;
import io.kugetsu.worktree.Removal;
import java.util.List;
import java.util.Optional;

/** What became of a session that was to be destroyed. */
public sealed interface Destruction {
  /**
   * The session and its worktree are gone.
   *
   * @param key the session
   * @param branch the branch with its commits, which is kept unless the removal says otherwise;
   *     empty when there was none yet
   * @param removal how the worktree went, with what was saved of it; empty when there was none
   */
  record Destroyed(SessionKey key, Optional<String> branch, Optional<Removal.Removed> removal)
      implements Destruction {}

  /**
   * Nothing was removed.
   *
   * @param key the session
   * @param reasons why not: what would be lost, or that it is in use
   */
  record Refused(SessionKey key, List<String> reasons) implements Destruction {
    /** Copies its list. */
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }
}
