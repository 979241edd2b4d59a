package io.kugetsu.worktree;

import io.kugetsu.worktree.internal.setup.TrustFile;
import java.nio.file.Path;

/**
 * Decides whether the commands of a repository may be run. What a command itself runs, a script of
 * the repository for example, may differ from branch to branch; who trusts the file trusts that
 * too.
 */
@FunctionalInterface
public interface SetUpTrust {
  /**
   * Tells whether a file's commands may be run. Called by whoever makes or removes a worktree, also
   * by several threads at once, while no lock is held.
   *
   * @param file the file as it was just read
   * @return whether they may be run
   */
  boolean isTrusted(SetUpFile file);

  /**
   * Trusts nothing, which is what holds where nothing else is said.
   *
   * @return the decision
   */
  static SetUpTrust nothing() {
    return file -> false;
  }

  /**
   * Remembers what is trusted in a file, for its owner only: repository and hash, a line each.
   * Several JVMs may use it at once, and it is read again each time.
   *
   * @param path the file; it and its directory are made when something is trusted
   * @return the memory
   */
  static Remembered file(Path path) {
    return new TrustFile(path);
  }

  /** A decision that can be told what to trust. */
  interface Remembered extends SetUpTrust {
    /**
     * Trusts a file: these very bytes, in this repository. Trusting it again changes nothing.
     *
     * @param file the file
     * @throws io.kugetsu.common.StorageException when that cannot be remembered
     */
    void trust(SetUpFile file);

    /**
     * Trusts a file no more.
     *
     * @param file the file
     * @return whether it was trusted
     * @throws io.kugetsu.common.StorageException when that cannot be remembered
     */
    boolean distrust(SetUpFile file);
  }
}
