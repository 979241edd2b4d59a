package io.kugetsu.worktree;

import java.util.Objects;

/**
 * Where a new branch starts. It is resolved to a commit when the worktree is made, and that commit
 * is recorded; nothing is fetched.
 */
public sealed interface BaseRef {
  /**
   * The commit that HEAD stands at in the directory that the service was opened with.
   *
   * @return the base
   */
  static BaseRef head() {
    return new Head();
  }

  /**
   * A branch, tag, remote branch or commit.
   *
   * @param name as git spells it, for example {@code origin/main}
   * @return the base
   */
  static BaseRef ref(String name) {
    return new Ref(name);
  }

  /**
   * The default branch of the remote {@code origin} as it was last fetched ({@code origin/HEAD});
   * HEAD where there is none.
   *
   * @return the base
   */
  static BaseRef remoteDefault() {
    return new RemoteDefault();
  }

  /** See {@link BaseRef#head()}. */
  record Head() implements BaseRef {}

  /**
   * See {@link BaseRef#ref}.
   *
   * @param name as git spells it
   */
  record Ref(String name) implements BaseRef {
    /** Requires a name. */
    public Ref {
      Objects.requireNonNull(name, "name");
    }
  }

  /** See {@link BaseRef#remoteDefault()}. */
  record RemoteDefault() implements BaseRef {}
}
