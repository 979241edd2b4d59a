package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.ProcessFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock file that git of ours may have left as it was killed. Git writes nothing into it that
 * would tell whose it is, so it counts as ours only by what surrounds it: it was not there when our
 * record of what was begun was written, that step takes just this lock, its content is what ours
 * would be, it does not change for a moment, and no git lives that could be at work here. Anybody
 * else's git, were it killed in the same moments, would have left it just as dead. Where processes
 * cannot be looked at it is left alone.
 *
 * @param file the lock file
 * @param contents what git of ours may have written into it; empty when that cannot be known
 */
public record CutOffLock(Path file, Set<String> contents) {
  private static final Logger LOG = LoggerFactory.getLogger(CutOffLock.class);
  private static final Path PROC = Path.of("/proc");
  private static final String GIT = "git";
  private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Clears those of our own refs: below their directory nobody else has any. */
  public static void clearBelow(Path refs, Registry registry) {
    if (!Files.isDirectory(refs)) {
      return;
    }
    try (Stream<Path> files = Files.walk(refs)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".lock")).toList()) {
        new CutOffLock(file, Set.of()).clear(registry);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} cannot be looked through", refs, e);
    }
  }

  /** Whether there is one. */
  public boolean exists() {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Deletes it if it can be no other than ours; to be asked once all git of ours is gone.
   *
   * @param registry of the repository that it locks a part of
   * @return whether there is none any more
   */
  public boolean clear(Registry registry) throws IOException {
    try {
      Object before = Files.readAttributes(file, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS);
      // Other programs than git have such a lock too, but not for long.
      pause();
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || (!contents.isEmpty() && !contents.contains(Files.readString(file)))
          || isGitAtWork(registry)
          || !before.equals(
              Files.readAttributes(file, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS))) {
        LOG.debug("{} may be somebody's who is at work, and is left alone", file);
        return false;
      }
      LOG.warn("{} was left by git that was killed, and is deleted", file);
      DiskSteps.delete(file);
    } catch (NoSuchFileException e) {
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
    return true;
  }

  /** As long as it is to last, whatever interrupts: a shorter one would prove nothing. */
  private void pause() {
    long end = System.nanoTime() + STILL_NANOS;
    boolean interrupted = false;
    for (long left = STILL_NANOS; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Who cannot be looked at counts as being at work here. */
  private static boolean isGitAtWork(Registry registry) throws IOException {
    if (!Files.isReadable(PROC.resolve("self/stat"))) {
      return true;
    }
    List<String> places = places(registry);
    try (var all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        if (isGit(process) && mayBeIn(process, places)) {
          return true;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return false;
  }

  private static List<String> places(Registry registry) throws IOException {
    List<String> places = new ArrayList<>();
    Path common = registry.common();
    places.add(common.toString());
    if (common.endsWith(".git") && common.getParent() != null) {
      places.add(common.getParent().toString());
    }
    for (Entry entry : registry.entries()) {
      if (entry.tree() != null) {
        places.add(entry.tree().toString());
      }
    }
    return places;
  }

  private static boolean isGit(Path process) {
    try {
      return text(process.resolve("comm")).startsWith(GIT);
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private static boolean mayBeIn(Path process, List<String> places) {
    try {
      String known =
          Files.readSymbolicLink(process.resolve("cwd"))
              + "\0"
              + text(process.resolve("cmdline"))
              + text(process.resolve("environ"));
      return places.stream().anyMatch(known::contains);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      // of who is ending nothing can be read any more
      return !ProcessFacts.isEnding(Long.parseLong(String.valueOf(process.getFileName())));
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
