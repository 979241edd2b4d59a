package io.kugetsu.session.internal;

import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.task.Run;
import io.kugetsu.task.TaskEvent.IsolationBreach.Changed;
import io.kugetsu.worktree.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something outside of a run's worktree changed while it ran. What was there before is
 * kept in the run's directory, so that whoever takes the run over can compare. It is looked for on
 * a thread of its own, while the run is prepared or judged, so that nobody waits for it alone.
 * Closing breaks off a look that nobody needs any more: nothing of it goes on behind the run.
 */
final class IsolationWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IsolationWatch.class);
  private static final String FILE = "fingerprint";

  private final CompletableFuture<Optional<Fingerprint>> look = new CompletableFuture<>();
  private final Thread looking;

  private IsolationWatch(Supplier<Fingerprint> taker) {
    looking = new Thread(() -> look(taker), "kugetsu-fingerprint");
    looking.setDaemon(true);
  }

  /** Begins to look at how things are now. */
  static IsolationWatch begin(Supplier<Fingerprint> taker) {
    IsolationWatch watch = new IsolationWatch(taker);
    watch.looking.start();
    return watch;
  }

  private void look(Supplier<Fingerprint> taker) {
    try {
      look.complete(Optional.of(taker.get()));
    } catch (RuntimeException | Error e) {
      LOG.warn("whether a run leaves its worktree cannot be told: {}", e.toString());
      look.complete(Optional.empty());
    }
  }

  /** Keeps what was seen, which is how it was before the run; whether it did. */
  boolean keep(Run run) {
    try {
      Optional<Fingerprint> before = look.get();
      if (before.isPresent()) {
        AtomicFiles.createNew(file(run), before.get().encode());
      }
      return before.isPresent();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the run is stopped
      return false;
    } catch (IOException | ExecutionException e) {
      LOG.warn("what was before {} cannot be kept: {}", run.task(), e.toString());
      return false;
    }
  }

  /** Compares what was seen, which is how it is after the run, with how it was before it. */
  void compare(Run run) {
    try {
      Optional<Fingerprint> before = AtomicFiles.read(file(run)).flatMap(Fingerprint::decode);
      Optional<Fingerprint> after = look.join();
      if (before.isPresent() && after.isPresent()) {
        before.get().differenceTo(after.get()).ifPresent(difference -> tell(run, difference));
      }
    } catch (RuntimeException e) {
      LOG.warn("whether {} has left its worktree cannot be told", run.task(), e);
    }
  }

  @Override
  public void close() {
    boolean interrupted = false;
    if (!look.isDone()) {
      looking.interrupt();
    }
    while (looking.isAlive()) {
      try {
        looking.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(Run run, Fingerprint.Difference difference) {
    LOG.warn(
        "while {} ran, {} of the main checkout changed: {}",
        run.task(),
        difference.parts(),
        difference.examples());
    Set<Changed> changed =
        difference.parts().stream()
            .map(part -> Changed.valueOf(part.name()))
            .collect(Collectors.toUnmodifiableSet());
    run.breached(changed, difference.examples());
  }

  private static Path file(Run run) {
    return run.directory().resolve(FILE);
  }
}
