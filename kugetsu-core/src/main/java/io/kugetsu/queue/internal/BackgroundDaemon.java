package io.kugetsu.queue.internal;

import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Elected;
import io.kugetsu.queue.DaemonStatus;
import io.kugetsu.queue.QueueDaemon;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The background dispatcher as others see it: by its files, and by the election. */
public final class BackgroundDaemon implements QueueDaemon {
  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final Duration STOP_BOUND = Duration.ofSeconds(30);
  private static final Duration KILL_BOUND = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 10;
  private static final int TOLD_LINES = 10;

  private final DaemonLaunch launch;
  private final DaemonFiles files;
  private final Supplier<Optional<Elected>> elected;
  private final Duration idle;
  private final DaemonLog log;
  private final Runnable open;

  /**
   * Makes the view.
   *
   * @param launch how it is started
   * @param elected who hands out the work
   * @param idle how long one stays that is started because a message waits
   * @param masker removes secrets from its log
   * @param open throws once the owner is closed
   */
  public BackgroundDaemon(
      DaemonLaunch launch,
      Supplier<Optional<Elected>> elected,
      Duration idle,
      UnaryOperator<String> masker,
      Runnable open) {
    this.open = open;
    this.launch = launch;
    this.files = launch.files();
    this.elected = elected;
    this.idle = idle;
    this.log = new DaemonLog(files.log(), masker);
  }

  @Override
  public DaemonStatus status() {
    open.run();
    return files.serving().map(this::status).orElse(DaemonStatus.STOPPED);
  }

  private DaemonStatus status(DaemonMark mark) {
    Optional<Elected> own = elected.get().filter(it -> it.owner().pid() == mark.pid());
    return new DaemonStatus(
        true,
        OptionalLong.of(mark.pid()),
        Optional.of(mark.since()),
        Optional.of(mark.idle()).filter(it -> !it.isZero()),
        own.isPresent(),
        own.map(Elected::kinds).orElse(Set.of()));
  }

  /**
   * Sees to it that somebody hands out work of a kind: when nobody does, a dispatcher is started
   * that ends some time after the last work. Returns at once.
   *
   * @param kind the kind
   * @throws StorageException when it cannot be started
   */
  public void ensure(String kind) {
    boolean served = elected.get().filter(it -> it.kinds().contains(kind)).isPresent();
    // In this order: one that is on its way may serve by the next look.
    if (!served && files.starting().isEmpty() && files.serving().isEmpty()) {
      launch.start(idle);
    }
  }

  @Override
  public DaemonStatus start() {
    open.run();
    long end = System.nanoTime() + START_BOUND.toNanos();
    boolean again = false;
    while (!servesForGood()) {
      // One that ends by itself, be it only on its way, would come before the one for good.
      endWhere(mark -> !mark.idle().isZero());
      DaemonMark launched = launch.start(Duration.ZERO);
      // Of several that are started at once one serves, and the others end.
      await(START_BOUND, () -> files.serving().isPresent() || !launched.lives());
      boolean none = files.serving().isEmpty();
      if ((none && again) || System.nanoTime() - end > 0) {
        throw new StorageException(
            files.log(), "the dispatcher does not come up: " + log.last(TOLD_LINES), null);
      }
      again |= none; // the one that made it superfluous may have ended since
    }
    return status();
  }

  private boolean servesForGood() {
    return files.serving().filter(mark -> mark.idle().isZero()).isPresent();
  }

  @Override
  public boolean stop() {
    open.run();
    return endWhere(any -> true);
  }

  /** Ends the one that serves, and the one that was launched and would serve next. */
  private boolean endWhere(Predicate<DaemonMark> which) {
    List<DaemonMark> found =
        Stream.of(files.starting(), files.serving())
            .flatMap(Optional::stream)
            .filter(which)
            .toList();
    found.forEach(BackgroundDaemon::end);
    return !found.isEmpty();
  }

  private static void end(DaemonMark mark) {
    Optional<ProcessHandle> process = ProcessHandle.of(mark.pid()).filter(any -> mark.lives());
    process.ifPresent(ProcessHandle::destroy);
    if (!await(STOP_BOUND, () -> !mark.lives())) {
      process.filter(any -> mark.lives()).ifPresent(ProcessHandle::destroyForcibly);
      boolean unused = await(KILL_BOUND, () -> !mark.lives());
    }
  }

  @Override
  public DaemonStatus restart() {
    boolean unused = stop();
    return start();
  }

  @Override
  public List<String> logs(int most) {
    open.run();
    if (most < 1) {
      throw new InvalidRequestException("ask for at least 1 line, not " + most);
    }
    return log.last(most);
  }

  /** Waits for what only another process can bring about. */
  private static boolean await(Duration bound, BooleanSupplier condition) {
    long end = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        throw new InterruptedWaitException("the dispatcher in the background", e);
      }
    }
    return true;
  }
}
