package io.kugetsu.session.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.KugetsuException;
import io.kugetsu.internal.PathList;
import io.kugetsu.session.NotInitializedException;
import io.kugetsu.worktree.GitRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which local clone belongs to a ref: the one that was opened first, then the registered ones,
 * matched by their remotes. A ref never makes anything clone or fetch. Thread-safe.
 */
public final class Clones {
  private static final Logger LOG = LoggerFactory.getLogger(Clones.class);

  private final Path directory;
  private final PathList registered;
  private final GitRepository opened;
  private final Map<String, Settings> matched = new ConcurrentHashMap<>();

  /**
   * Names the places; nothing is read or made.
   *
   * @param directory kugetsu's directory
   * @param opened the repository that was given at the opening
   */
  public Clones(Path directory, GitRepository opened) {
    this.directory = directory;
    this.registered = new PathList(directory.resolve("repositories.json"), "repositories");
    this.opened = opened;
  }

  /**
   * Checks that the opened repository is registered.
   *
   * @throws NotInitializedException when it is not
   */
  public void requireRegistered() {
    if (!registered.paths().contains(opened.commonDirectory())) {
      throw new NotInitializedException(opened.commonDirectory(), directory);
    }
  }

  /**
   * Registers the opened repository.
   *
   * @return whether it was not registered before
   */
  public boolean register() {
    return registered.add(opened.commonDirectory());
  }

  /**
   * The clone that a ref belongs to.
   *
   * @param ref the ref
   * @return git's common directory of the clone, which is the same from each of its worktrees
   * @throws InvalidRequestException when no known clone belongs to it
   */
  public Path of(IssueRef ref) {
    if (ref.repository().isEmpty() || belongsToOpened(ref.repository().get())) {
      return opened.commonDirectory();
    }
    String wanted = ref.repository().get();
    return registered.paths().stream()
        .filter(path -> !path.equals(opened.commonDirectory()) && isCloneOf(path, wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    "no clone of "
                        + wanted
                        + " is known: the remotes of "
                        + opened.commonDirectory()
                        + " are "
                        + opened.remotes().stream().map(GitRepository.Remote::repository).toList()
                        + "; open kugetsu on a clone of it and call init() there once, or use"
                        + " local:<name>"));
  }

  /**
   * Asking git takes two processes. So a match counts as long as the repository's settings are the
   * same file; what did not match is asked again, as settings elsewhere may have changed.
   */
  private boolean belongsToOpened(String repository) {
    Optional<Settings> now = settings();
    if (now.isPresent() && now.get().equals(matched.get(repository))) {
      return true;
    }
    boolean belongs = has(opened, repository);
    if (belongs) {
      now.ifPresent(seen -> matched.put(repository, seen));
    }
    return belongs;
  }

  private Optional<Settings> settings() {
    try {
      BasicFileAttributes file =
          Files.readAttributes(
              opened.commonDirectory().resolve("config"), BasicFileAttributes.class);
      return Optional.of(new Settings(file.lastModifiedTime(), file.size(), file.fileKey()));
    } catch (IOException e) {
      LOG.debug("the repository's settings cannot be looked at", e);
      return Optional.empty();
    }
  }

  /** What differs once git has written the file anew, which it does by a rename. */
  private record Settings(FileTime modified, long size, @Nullable Object key) {}

  private static boolean isCloneOf(Path path, String wanted) {
    try {
      return has(GitRepository.open(path), wanted);
    } catch (KugetsuException e) {
      LOG.warn("a registered repository cannot be used: {}", e.getMessage());
      return false;
    }
  }

  private static boolean has(GitRepository repository, String wanted) {
    return repository.remotes().stream()
        .anyMatch(remote -> remote.repository().equalsIgnoreCase(wanted));
  }
}
