package io.kugetsu.queue.internal;

import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files of the background dispatcher of a directory. The lock decides: at most one serves. The
 * others tell of it, and are believed only as far as the process they name lives.
 *
 * @param directory kugetsu's directory
 */
public record DaemonFiles(Path directory) {
  private Path folder() {
    return directory.resolve("queue");
  }

  /** {@return what it wrote down of its work} */
  public Path log() {
    return folder().resolve("daemon.log");
  }

  private Path pid() {
    return folder().resolve("daemon.pid");
  }

  /** Names the one that was launched last and may not have come as far as naming itself. */
  private Path launched() {
    return folder().resolve("daemon.launched");
  }

  /** Makes the directory of the files, where it is missing. */
  public void make() {
    AtomicFiles.createDirectories(folder());
  }

  /** {@return what is held by the one that serves; by the thread that took it} */
  public LockFile lock() {
    return FileLocks.of(folder().resolve("daemon.lock"));
  }

  /** {@return the one that lives and serves} */
  public Optional<DaemonMark> serving() {
    return read(pid()).filter(mark -> mark.serving() && mark.lives());
  }

  /** {@return the one that was launched, lives, and has not told of itself yet} */
  public Optional<DaemonMark> starting() {
    Optional<DaemonMark> told = read(pid());
    return read(launched())
        .filter(mark -> told.filter(mark::isSameProcess).isEmpty() && mark.lives());
  }

  private static Optional<DaemonMark> read(Path file) {
    return AtomicFiles.read(file).flatMap(DaemonMark::parse);
  }

  /**
   * Tells that this program serves. Where it was launched by way of another one, a script say, that
   * one is on its way no more, and must not look so as long as it lives.
   *
   * @param mark the mark of this program
   */
  public void tellServing(DaemonMark mark) {
    tell(mark);
    forgetLaunch(known -> isAncestor(known.pid()));
  }

  /**
   * Tells that this program, and what it was launched by, is on its way no more.
   *
   * @param mark the mark of this program
   */
  public void tellSuperfluous(DaemonMark mark) {
    forgetLaunch(known -> mark.isSameProcess(known) || isAncestor(known.pid()));
  }

  private void forgetLaunch(Predicate<DaemonMark> which) {
    if (read(launched()).filter(which).isPresent()) {
      AtomicFiles.delete(launched());
    }
  }

  private static boolean isAncestor(long pid) {
    return Stream.iterate(
            ProcessHandle.current().parent(), Optional::isPresent, it -> it.get().parent())
        .anyMatch(it -> it.get().pid() == pid);
  }

  /**
   * Tells of the one that serves, or is about to end.
   *
   * @param mark its mark
   */
  public void tell(DaemonMark mark) {
    AtomicFiles.writeUnsynced(pid(), mark.print());
  }

  /**
   * Tells of one that was launched.
   *
   * @param mark its mark
   */
  public void tellLaunched(DaemonMark mark) {
    AtomicFiles.writeUnsynced(launched(), mark.print());
  }

  /**
   * Removes what tells of a process that ends, unless it tells of another one by now. Who serves
   * from now on might come between the look and the removal: so only with the lock. In this order,
   * so that at no moment one that ends looks like one that starts.
   *
   * @param mark the mark of who ends
   */
  public void forget(DaemonMark mark) {
    for (Path file : List.of(launched(), pid())) {
      if (read(file).filter(mark::isSameProcess).isPresent()) {
        AtomicFiles.delete(file);
      }
    }
  }
}
