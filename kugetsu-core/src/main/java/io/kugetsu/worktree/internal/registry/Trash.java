package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.internal.Trees;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where directories go before they are deleted. Renaming takes a worktree away in one step, also
 * from under a process that still writes into it, so there never is half a worktree. A name there
 * tells who put it there, so that what a program that died did not delete is deleted later by
 * others. What may have to go back ends in {@code .taken}, and is nobody's to delete.
 *
 * @param directory the trash, on the file system of what it takes
 */
public record Trash(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);
  private static final String IN_ROOT = ".trash";
  private static final String ELSEWHERE = ".kugetsu-trash";
  private static final String TAKEN = ".taken";
  private static final int TRIES = 8;
  private static final Pattern NAME =
      Pattern.compile(".+\\.([0-9]{1,18})-([0-9]{1,18})-[0-9a-f]{8}");
  private static final Set<Path> BEING_DELETED = ConcurrentHashMap.newKeySet();

  /** For worktrees below a root. */
  public static Trash in(Path root) {
    return new Trash(root.resolve(IN_ROOT));
  }

  /** For a directory wherever it is: in the root's trash if it is there, else beside it. */
  public static Trash of(Path path, Path root) {
    return root.equals(path.getParent()) ? in(root) : new Trash(path.resolveSibling(ELSEWHERE));
  }

  /** Where a directory may be taken to, and from there be given back. */
  public Path place(String name) {
    long pid = ProcessFacts.ownPid();
    long start = ProcessFacts.startTicks(pid).orElse(0);
    String unique = UUID.randomUUID().toString().substring(0, 8);
    return directory.resolve(name + "." + pid + "-" + start + "-" + unique + TAKEN);
  }

  /** What time it is for the file system; a program that dies leaves rubbish at most. */
  public FileTime now() throws IOException {
    Files.createDirectories(directory);
    Path file = released(place("clock"));
    BEING_DELETED.add(file); // else another thread that sweeps would take it for rubbish
    try {
      return Files.getLastModifiedTime(Files.createFile(file));
    } finally {
      Files.deleteIfExists(file);
      BEING_DELETED.remove(file);
    }
  }

  /** Takes a directory away. */
  public void take(Path path, Path place) throws IOException {
    // A directory that may not be written cannot be moved elsewhere either.
    Trees.makeUsable(path);
    for (int attempt = 1; ; attempt++) {
      DiskSteps.makeDirectories(directory);
      try {
        DiskSteps.rename(path, place);
        return;
      } catch (NoSuchFileException e) {
        // One that sweeps an empty trash takes that away, also in between.
        if (attempt == TRIES || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        }
      }
    }
  }

  /** Takes a directory away that is not going to be given back; where it is now. */
  public Path take(Path path) throws IOException {
    Path place = released(place(String.valueOf(path.getFileName())));
    take(path, place);
    return place;
  }

  /** Where a place is once it is released. */
  static Path released(Path place) {
    String name = place.getFileName().toString();
    return name.endsWith(TAKEN)
        ? place.resolveSibling(name.substring(0, name.length() - TAKEN.length()))
        : place;
  }

  /** What was taken will not be given back, and may be deleted; where it is. */
  public static Path release(Path place) throws IOException {
    Path released = released(place);
    DiskSteps.rename(place, released);
    return released;
  }

  /** Puts a directory back that was taken; nothing is there. */
  public static void giveBack(Path place, Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("something is at " + path + "; what was there is in " + place);
    }
    DiskSteps.rename(place, path);
  }

  /**
   * Deletes what is at a released place.
   *
   * @return whether all of it is gone
   */
  public static boolean delete(Path released) {
    BEING_DELETED.add(released);
    try {
      return Trees.delete(released);
    } finally {
      BEING_DELETED.remove(released);
    }
  }

  /** Deletes what others that died, or earlier calls, left here. */
  public void sweep() {
    try (DirectoryStream<Path> places = Files.newDirectoryStream(directory)) {
      for (Path place : places) {
        Matcher name = NAME.matcher(String.valueOf(place.getFileName()));
        if (name.matches() && isLeft(place, name)) {
          delete(place);
        }
      }
      if (directory.endsWith(ELSEWHERE)) {
        Files.delete(directory);
      }
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      return;
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("{} cannot be looked through", directory, e);
    }
  }

  private static boolean isLeft(Path place, Matcher name) {
    long pid = Long.parseLong(name.group(1));
    return !ProcessFacts.isAlive(pid, Long.parseLong(name.group(2)), "")
        || (pid == ProcessFacts.ownPid() && !BEING_DELETED.contains(place));
  }

  /** Takes a directory away to a place of a name that nothing else has. */
  public Path take(Path path, String as) throws IOException {
    Path place = placeOf(as);
    take(path, place);
    return place;
  }

  /** Where a directory is once it was taken away under that name. */
  public Path placeOf(String as) {
    return directory.resolve(as);
  }
}
