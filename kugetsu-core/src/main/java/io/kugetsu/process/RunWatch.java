package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.process.ProcessTrees.Member;
import java.io.File;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches a run whose supervisor is no child of this program: by the length of its status file, and
 * now and then by whether its supervisor lives. Used by the poller.
 */
final class RunWatch {
  private static final long STATUS_NANOS = TimeUnit.MILLISECONDS.toNanos(240);
  private static final long LIVENESS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final RunDirectory run;
  private final File status;
  private final RunPoller.@Nullable WakeFile wakeFile;
  private long wakeChanges = -1;
  private long length = -1;
  private long statusAt;
  private long livenessAt;
  private @Nullable Member supervisor;
  private volatile boolean sawAlive;

  RunWatch(RunDirectory run, RunPoller.@Nullable WakeFile wakeFile, long now) {
    this.run = run;
    this.status = run.path().resolve(RunDirectory.STATUS).toFile();
    this.wakeFile = wakeFile;
    this.statusAt = now;
    this.livenessAt = now;
  }

  /** Whether a closer look is worth while. */
  boolean mayHaveEnded(long now) {
    return saysSo(now) || isDead(now);
  }

  /** Whether the supervisor was seen alive. For any thread. */
  boolean sawAlive() {
    return sawAlive;
  }

  private boolean saysSo(long now) {
    boolean woken = wakeFile == null || wakeFile.changes() != wakeChanges;
    if (!woken && now - statusAt < STATUS_NANOS) {
      return false;
    }
    statusAt = now;
    wakeChanges = wakeFile == null ? 0 : wakeFile.changes();
    long current = status.length();
    if (current == length) {
      return false;
    }
    length = current;
    try {
      RunStatus said = run.status();
      supervisor = said.supervisor();
      sawAlive |= !said.hasExit() && run.supervisorLives(said);
      return said.hasExit() || said.isRefused();
    } catch (StorageException e) {
      return true; // who looks closer will say what is wrong
    }
  }

  private boolean isDead(long now) {
    if (now - livenessAt < LIVENESS_NANOS) {
      return false;
    }
    livenessAt = now;
    Member known = supervisor;
    return known == null || !run.lives(known);
  }
}
