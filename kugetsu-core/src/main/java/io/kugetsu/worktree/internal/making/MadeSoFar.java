package io.kugetsu.worktree.internal.making;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Orphans;
import io.kugetsu.worktree.internal.registry.Place;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worktree on its way, from before the first step to its record, which is the last. For one
 * thread.
 */
final class MadeSoFar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MadeSoFar.class);

  private final Begun begun;
  private final HalfMade half;
  private boolean touched;

  private MadeSoFar(Begun begun, HalfMade half) {
    this.begun = begun;
    this.half = half;
  }

  /** Records what is about to be made. */
  static MadeSoFar begin(
      Git git, Registry registry, Place place, TreeRecord record, boolean ownBranch) {
    Begun begun =
        Begun.begin(
            registry,
            Begun.Kind.CREATE,
            record.name(),
            HalfMade.fields(registry, place.root(), record, ownBranch));
    return new MadeSoFar(begun, new HalfMade(begun, begun.marked(git), registry, place, record));
  }

  /** Git that is marked as making this. */
  Git git() {
    return half.git();
  }

  Path path() {
    return half.place().path();
  }

  TreeRecord record() {
    return half.record();
  }

  /** Names this among all that was ever begun. */
  String id() {
    return begun.id();
  }

  /** What the branch's log says of its making. */
  String message() {
    return half.message();
  }

  /**
   * Claims the place, and nothing else may be there. The registry is locked.
   *
   * @throws FileAlreadyExistsException when something is there
   */
  void claimDirectory() throws IOException {
    touched = true;
    half.place().claim(id());
    half.noteDirectory();
  }

  /** Git knows of it. */
  void isRegistered() throws IOException {
    half.place().noteNoMore(id());
  }

  /** Back to where only the directory and the branch are claimed. The registry is locked. */
  void startOver() {
    try {
      half.takeAway();
      DiskSteps.makeDirectory(path());
      half.noteDirectory();
    } catch (IOException e) {
      throw new StorageException(path(), "cannot be made anew: " + e, e);
    }
  }

  /** The worktree is one of ours from now on. */
  void isWhole() {
    begun.done();
  }

  /**
   * Takes everything away, whatever interrupts. What cannot be now is settled later.
   *
   * @return what is left and why, or empty when nothing is
   */
  Optional<String> undo() {
    if (!touched) {
      begun.done();
      return Optional.empty();
    }
    boolean interrupted = Thread.interrupted();
    List<Exception> failures = new ArrayList<>();
    Optional<String> kept = Optional.empty();
    try (LockFile.Held held = half.registry().lock()) {
      if (!Orphans.of(begun).end()) {
        failures.add(new IOException("git that was started for it still runs"));
      } else {
        kept = half.undo(failures);
        if (failures.isEmpty()) {
          begun.done();
        }
      }
    } catch (TimeoutException e) {
      failures.add(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    for (Exception failure : failures) {
      LOG.warn("of {}, which was not made, something is left: {}", path(), failure.toString());
    }
    return kept.or(() -> failures.stream().findFirst().map(Exception::getMessage));
  }

  @Override
  public void close() {
    begun.close();
  }
}
