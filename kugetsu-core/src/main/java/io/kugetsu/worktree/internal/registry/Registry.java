package io.kugetsu.worktree.internal.registry;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.DirectoryStream.Filter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * The linked worktrees that a repository knows. They are read from git's files, as {@code git
 * worktree list} fails now and then while another worktree is being made.
 *
 * @param common the repository's common directory
 * @param lockWait how long to wait for others
 */
public record Registry(Path common, Duration lockWait) {
  /**
   * Requires that what is written for worktrees is written into the repository: its own directory
   * came from wherever the repository came from.
   */
  public void requireInside() {
    for (String name : List.of("worktrees", "kugetsu")) {
      Path directory = common.resolve(name);
      if (Files.isSymbolicLink(directory)) {
        throw new RepositoryException(
            directory, Problem.LINKED_ELSEWHERE, "is a symbolic link; nothing is written there");
      }
    }
  }

  /** Under this lock worktrees are made and removed, by all of this library's users. */
  public LockFile.Held lock() throws TimeoutException {
    requireInside();
    Path directory = common.resolve("kugetsu");
    AtomicFiles.createDirectories(directory);
    return FileLocks.of(directory.resolve("registry.lock"))
        .tryLock(lockWait)
        .orElseThrow(
            () -> new TimeoutException("others kept " + common + " locked for " + lockWait));
  }

  public List<Entry> entries() {
    return read(directory -> true);
  }

  /** Those of whose directories something is true. */
  public List<Entry> entriesWhere(Predicate<Path> wanted) {
    return read(wanted::test);
  }

  private List<Entry> read(Filter<Path> wanted) {
    List<Entry> entries = new ArrayList<>();
    for (Path directory : directories()) {
      try {
        if (wanted.accept(directory)) {
          entries.add(Entry.read(directory));
        }
      } catch (NoSuchFileException e) {
        // Somebody is removing it at this moment.
        continue;
      } catch (IOException e) {
        throw unreadable(e);
      }
    }
    return List.copyOf(entries);
  }

  /** The entry for a place; the place is canonical. */
  public Optional<Entry> at(Path tree) {
    return own(allAt(tree), tree);
  }

  /** The same, should git have several. */
  public List<Entry> allAt(Path tree) {
    return from(tree).stream().filter(entry -> entry.isAt(tree)).toList();
  }

  /** Those for a place and for what is in it. Of those elsewhere no more than the link is read. */
  List<Entry> from(Path tree) {
    return read(directory -> Entry.mayBeFrom(directory, tree)).stream()
        .filter(entry -> entry.isBelow(tree))
        .toList();
  }

  /** Of several for a place the one that the directory leads to, or else one of ours. */
  Optional<Entry> own(List<Entry> entries, Path tree) {
    List<Entry> all = entries.stream().filter(entry -> entry.isAt(tree)).toList();
    if (all.size() > 1) {
      for (Entry entry : all) {
        if (isLinked(entry, tree)) {
          return Optional.of(entry);
        }
      }
    }
    return all.stream()
        .filter(entry -> TreeRecord.isIn(entry.directory()))
        .findFirst()
        .or(() -> all.stream().findFirst());
  }

  private boolean isLinked(Entry entry, Path tree) {
    try {
      return entry.isLinkedFrom(tree);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The directories of all entries, also of those that are half made. */
  public Set<Path> directories() {
    Set<Path> directories = new LinkedHashSet<>();
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(common.resolve("worktrees"), Files::isDirectory)) {
      children.forEach(directories::add);
    } catch (NoSuchFileException e) {
      // There was never one, or one went just now together with the last.
      return Set.copyOf(directories);
    } catch (DirectoryIteratorException | IOException e) {
      throw unreadable(e);
    }
    return directories;
  }

  private StorageException unreadable(Exception cause) {
    return new StorageException(common.resolve("worktrees"), "cannot be read: " + cause, cause);
  }
}
