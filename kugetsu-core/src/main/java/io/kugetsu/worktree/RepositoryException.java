package io.kugetsu.worktree;

import io.kugetsu.common.KugetsuException;
import java.io.Serial;
import java.nio.file.Path;

/** A path cannot be used as a git repository or worktree. Nothing was changed. */
public final class RepositoryException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String path;
  private final Problem problem;

  /**
   * Makes one.
   *
   * @param path the path
   * @param problem what is wrong with it, for programs
   * @param text what is wrong with it and what to do, for people
   */
  public RepositoryException(Path path, Problem problem, String text) {
    super(path + ": " + text);
    this.path = path.toString();
    this.problem = problem;
  }

  /** {@return the path it is about} */
  public Path path() {
    return Path.of(path);
  }

  /** {@return what is wrong with it} */
  public Problem problem() {
    return problem;
  }

  /** What can be wrong with a path. */
  public enum Problem {
    /** Nothing is there. */
    DOES_NOT_EXIST,
    /** It is not a directory. */
    NOT_A_DIRECTORY,
    /** It may not be read. */
    NOT_READABLE,
    /** No git repository is there or above it. */
    NOT_A_REPOSITORY,
    /** It is in a repository, but not in a checkout of it. */
    NO_CHECKOUT,
    /** It belongs to somebody else and git's {@code safe.directory} does not name it. */
    NOT_TRUSTED,
    /** A directory that is to be in the repository is a symbolic link to somewhere else. */
    LINKED_ELSEWHERE,
    /** It is no longer the worktree that it was. */
    NOT_THAT_WORKTREE,
    /** The program {@code git} cannot be run, so nothing can be said about the path. */
    GIT_MISSING
  }
}
