package io.kugetsu.worktree;

import io.kugetsu.worktree.internal.registry.LocalRepository;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A git repository on this machine. Two of them are equal when they share git's common directory,
 * so a repository and its linked worktrees are the same one.
 */
public interface GitRepository {
  /**
   * Opens the repository that a path is in.
   *
   * @param path its top level, a directory in it, a linked worktree of it, or a bare repository
   * @return the repository
   * @throws RepositoryException when there is none, or git is missing
   */
  static GitRepository open(Path path) {
    return LocalRepository.open(path);
  }

  /** {@return the directory it was opened with, with symbolic links resolved} */
  Path directory();

  /** {@return git's own directory that all its worktrees share; absolute, links resolved} */
  Path commonDirectory();

  /**
   * The top level of the checkout that it was opened in, which is the linked worktree's if it was
   * opened there.
   *
   * @return the directory; empty in a bare repository and inside git's own directory
   */
  Optional<Path> topLevel();

  /** {@return whether it was opened where there is no checkout, in a bare repository} */
  boolean isBare();

  /**
   * Where it is fetched from, as {@code domain/owner/repo}. A remote whose address is rewritten by
   * {@code url.….insteadOf} is given both ways. Remotes that are no such address, directories for
   * example, are left out. Read from the configuration at each call.
   *
   * @return the remotes, in git's order, {@code origin} first
   * @throws GitException when the configuration cannot be read
   */
  List<Remote> remotes();

  /**
   * What nobody who works in a worktree has a reason to change: the state of the main checkout and
   * of the branches that no worktree of kugetsu's is on. Takes two git commands, and reads no file
   * that git does not have to.
   *
   * @param except directories that do not count, with all that is in them
   * @return the fingerprint at this moment
   * @throws GitException when git cannot tell
   */
  Fingerprint fingerprint(Path... except);

  /**
   * A remote.
   *
   * @param name what it is called here, for example {@code origin}
   * @param repository {@code domain/owner/repo}: the domain in lower case, with a port only if the
   *     address is a web address with an unusual one; no protocol, user, password, or {@code .git}
   */
  record Remote(String name, String repository) {}
}
