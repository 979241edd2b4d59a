package io.kugetsu.task.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.process.RunDirectory;
import io.kugetsu.task.Detachment;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Puts tasks into the background, whoever runs them. */
final class Detaching {
  private final Standings standings;
  private final TaskStores stores;
  private final RunDriver driver;
  private final RunFiles files;

  Detaching(Standings standings, TaskStores stores, RunDriver driver, RunFiles files) {
    this.standings = standings;
    this.stores = stores;
    this.driver = driver;
    this.files = files;
  }

  Detachment detach(TaskId id) {
    Standings.Standing standing = standings.of(id);
    TaskRecord record = standing.record();
    if (record == null || record.status().isTerminal()) {
      return new Detachment(id, Detachment.Kind.ENDED, false);
    }
    LiveRun run = standing.run();
    if (run != null) {
      awaitAdopted(run);
      // one that has ended may be tried again, and nobody has written yet whether it is
      boolean later = run.sequel().hasBegun() || (run.hasEnded() && Standings.awaitOver(run));
      return later ? detach(id) : detach(run, false);
    }
    if (record.detached()) {
      return new Detachment(id, Detachment.Kind.ALREADY, survives(record));
    }
    return detachElsewhere(record);
  }

  /**
   * Puts what this instance runs into the background.
   *
   * @param byDeadline whether that is because its time in the foreground was over
   */
  Detachment detach(LiveRun run, boolean byDeadline) {
    boolean before = run.isDetached();
    if (!run.detach(byDeadline)) {
      return new Detachment(
          run.task(), run.hasEnded() ? Detachment.Kind.ENDED : Detachment.Kind.TOO_LATE, false);
    }
    driver.tellDetached(run);
    return new Detachment(
        run.task(),
        before ? Detachment.Kind.ALREADY : Detachment.Kind.DETACHED,
        survives(run.record()) && run.canSurvive());
  }

  /** Whether it is too late for a run that is taken over is known once it has been. */
  private static void awaitAdopted(LiveRun run) {
    long end = System.nanoTime() + Standings.BEGINNING.toNanos();
    while (isBeingAdopted(run) && isTime(end)) {
      LockSupport.parkNanos(Standings.BEGINNING_LOOK.toNanos());
    }
  }

  private static boolean isBeingAdopted(LiveRun run) {
    boolean begins = run.work().isEmpty() && !run.hasEnded() && !run.sequel().hasBegun();
    return run.isOrphan() && begins && !run.isDetached();
  }

  /** Only a supervised run can be told by anybody; its own files decide who was first. */
  private Detachment detachElsewhere(TaskRecord claimed) {
    TaskRecord record = begun(claimed);
    if (record == null || record.status().isTerminal()) {
      return new Detachment(claimed.id(), Detachment.Kind.ENDED, false);
    }
    if (!(record.holder() instanceof Holder.Supervised)) {
      throw new InvalidRequestException(
          "only the instance that runs " + record.id() + " can put it into the background");
    }
    if (!isBehind(record)) {
      return new Detachment(record.id(), Detachment.Kind.TOO_LATE, false);
    }
    boolean runs = stores.kept().detach(record.id(), record.epoch());
    return new Detachment(
        record.id(), runs ? Detachment.Kind.DETACHED : Detachment.Kind.ENDED, runs);
  }

  /** Whether its own files say so now, or are gone with its end. */
  private boolean isBehind(TaskRecord record) {
    try {
      return RunDirectory.of(files.directory(record.id(), record.epoch())).detach();
    } catch (StorageException e) {
      TaskRecord now = stores.find(record.id()).orElse(null);
      if (now != null && now.epoch() == record.epoch() && !now.status().isTerminal()) {
        throw e;
      }
      return true;
    }
  }

  /** The record once its owner has told what runs, which it is about to when that is a command. */
  private @Nullable TaskRecord begun(TaskRecord claimed) {
    TaskRecord now = claimed;
    long end = System.nanoTime() + Standings.BEGINNING.toNanos();
    while (isBeginning(now) && survives(now) && isTime(end)) {
      LockSupport.parkNanos(Standings.BEGINNING_LOOK.toNanos());
      now = stores.find(claimed.id()).orElse(null);
      if (now == null) {
        return null; // it has ended, and was not kept
      }
    }
    return now;
  }

  /** There is no process of it, or one that is about to be started and is not known by itself. */
  private static boolean isBeginning(TaskRecord record) {
    return record.holder() instanceof Holder.Instance
        || (record.holder() instanceof Holder.Supervised ahead && ahead.pid() == 0);
  }

  private static boolean isTime(long end) {
    return System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted();
  }

  /** Whether it goes on without its JVM; known before its work has begun. */
  private static boolean survives(TaskRecord record) {
    return !record.kind().equals(HostWorkType.KIND)
        && !record.input().containsKey(CommandWorkType.ON_PIPES);
  }
}
