package io.kugetsu.process;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that looks after all runs of a runner: what they wrote, what they may still write,
 * and whether they have ended. It looks and never waits; there is none while there are no runs.
 */
final class RunPoller {
  private static final Logger LOG = LoggerFactory.getLogger(RunPoller.class);
  private static final long FAST_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** One look at one file: it costs next to nothing, and tells of the end of all runs. */
  private static final long WAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final String name;
  private final Workers workers;
  private final Set<SupervisedRun> runs = ConcurrentHashMap.newKeySet();
  private final Map<Path, WakeFile> wakeFiles = new ConcurrentHashMap<>();
  private volatile @Nullable Thread thread;
  private volatile boolean asked;

  RunPoller(String name, Workers workers) {
    this.name = name;
    this.workers = workers;
  }

  WakeFile wakeFile(Path path) {
    return wakeFiles.computeIfAbsent(path, WakeFile::new);
  }

  synchronized void add(SupervisedRun run) {
    runs.add(run);
    if (thread == null) {
      Thread made = new Thread(this::loop, name);
      made.setDaemon(true);
      // There may be no thread to be had: then the next run asks for one again.
      made.start();
      thread = made;
    }
  }

  void remove(SupervisedRun run) {
    runs.remove(run);
    wake();
  }

  /** Lets it look at once. */
  void wake() {
    asked = true;
    LockSupport.unpark(thread);
  }

  Set<SupervisedRun> runs() {
    return Set.copyOf(runs);
  }

  /** Forgets all runs. */
  void clear() {
    runs.clear();
    wake();
  }

  @Nullable Thread thread() {
    return thread;
  }

  private void loop() {
    while (isNeeded()) {
      boolean fast = false;
      try {
        fast = lookAtAll();
        workers.relieve();
      } catch (RuntimeException | Error e) {
        // No memory, or no thread to be had. Nobody else would look after the runs.
        LOG.error("the runs could not be looked after, they will be again", e);
      }
      pause(fast ? FAST_NANOS : SLOW_NANOS);
    }
  }

  /** Waits, but not longer than until somebody asks for a look or some run has ended. */
  private void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !asked; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, Math.min(left, wakeFiles.isEmpty() ? left : WAKE_NANOS));
      // Nobody has a reason to; with the flag set it would not wait any more.
      Thread.interrupted();
      boolean ended = false;
      for (WakeFile file : wakeFiles.values()) {
        ended |= file.look();
      }
      if (ended) {
        break;
      }
    }
    asked = false;
  }

  private boolean lookAtAll() {
    for (WakeFile file : wakeFiles.values()) {
      boolean ignored = file.look(); // what it changes is seen by the runs
    }
    long now = System.nanoTime();
    boolean fast = false;
    for (SupervisedRun run : runs) {
      try {
        fast |= run.poll(now);
      } catch (RuntimeException | Error e) {
        LOG.error("{} could not be looked at", run, e);
      }
    }
    return fast;
  }

  private synchronized boolean isNeeded() {
    if (!runs.isEmpty()) {
      return true;
    }
    thread = null;
    wakeFiles.clear();
    return false;
  }

  /** A file that grows when some run has ended. */
  static final class WakeFile {
    private final File file;
    private long length = -1;
    private final AtomicLong changes = new AtomicLong();

    WakeFile(Path path) {
      file = path.toFile();
    }

    private boolean look() {
      long now = file.length();
      boolean changed = now != length;
      if (changed) {
        length = now;
        changes.incrementAndGet();
      }
      return changed;
    }

    long changes() {
      return changes.get();
    }
  }
}
