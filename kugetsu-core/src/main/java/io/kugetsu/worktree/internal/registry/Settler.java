package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;

/** Brings what was begun, and cut off, to its end: fully there or fully gone, no work lost. */
public interface Settler {
  /** What it can settle. */
  Begun.Kind kind();

  /**
   * Settles it. The registry is locked, whoever began it is dead, and none of their git lives. It
   * may itself be cut off at any step, and is then called again. Who returns has settled it, and
   * its record is taken away; who throws is called again at the next opening.
   *
   * @param begun what was begun; not to be ended by the settler
   * @param git marked as doing a part of it
   */
  void settle(Begun begun, Git git, Registry registry) throws IOException;
}
