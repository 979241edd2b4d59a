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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something outside of a run's worktree changed while it ran. What was there before is
 * kept in the run's directory, so that whoever takes the run over can compare. It is looked for on
 * a thread of its own, while the run is prepared or judged, so that nobody waits for it alone.
 */
final class IsolationWatch {
  private static final Logger LOG = LoggerFactory.getLogger(IsolationWatch.class);
  private static final String FILE = "fingerprint";

  private final CompletableFuture<Optional<Fingerprint>> look = new CompletableFuture<>();

  private IsolationWatch() {}

  /** Begins to look at how things are now. */
  static IsolationWatch look(Supplier<Fingerprint> taker) {
    IsolationWatch watch = new IsolationWatch();
    Thread thread =
        new Thread(
            () -> {
              try {
                watch.look.complete(Optional.of(taker.get()));
              } catch (RuntimeException | Error e) {
                LOG.warn("whether a run leaves its worktree cannot be told: {}", e.toString());
                watch.look.complete(Optional.empty());
              }
            },
            "kugetsu-fingerprint");
    thread.setDaemon(true);
    thread.start();
    return watch;
  }

  /** Keeps what was seen, which is how it was before the run. */
  void keep(Run run) {
    Optional<Fingerprint> before = look.join();
    try {
      if (before.isPresent()) {
        AtomicFiles.createNew(file(run), before.get().encode());
      }
    } catch (IOException e) {
      LOG.warn("what was before {} cannot be kept: {}", run.task(), e.toString());
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
