package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Ended;
import io.kugetsu.process.ProcessTrees.Member;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends one supervised run, once: its command with everything that command started, but not the
 * supervisor, which then ends by itself and writes down how. Only a supervisor that does not is
 * ended too.
 */
final class RunEnder {
  private static final Logger LOG = LoggerFactory.getLogger(RunEnder.class);
  private static final long SUPERVISOR_BOUND_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MAX_PAUSE_MILLIS = 20;

  private final RunDirectory run;
  private final ProcessTable table;

  private final Object lock = new Object();
  private @Nullable TreeEnder current;
  private boolean graceIsSet;
  private long killAt;
  private int ended;
  private int leftovers;
  private boolean interrupted;

  RunEnder(RunDirectory run, ProcessTable table) {
    this.run = run;
    this.table = table;
  }

  /** Lets the grace end no later than this from now. */
  void hasten(Duration grace) {
    long at = System.nanoTime() + TreeEnder.nanos(grace);
    synchronized (lock) {
      if (!graceIsSet || at - killAt < 0) {
        graceIsSet = true;
        killAt = at;
        if (current != null) {
          current.hasten(grace);
        }
      }
    }
  }

  /** How many processes were ended when the supervisor had gone. */
  int leftovers() {
    return leftovers;
  }

  /** Ends it; blocks until it is gone, or for the grace and the bounds of the killing. */
  Ended end(Duration grace) {
    hasten(grace);
    List<Member> survivors = List.of();
    if (!run.spec().sharesPids() || run.spec().isOfEarlierBoot()) {
      LOG.debug("{} is of another machine's processes, nothing is signalled", run.path());
    } else if (!run.withdraw() && run.status().supervisor() != null) {
      survivors = endTree();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return new Ended(ended, survivors);
  }

  /**
   * Ends what carries the run's mark, where nobody can read what its supervisor wrote. That one is
   * not spared then, but it heeds no SIGTERM, and ends with its command. The grace is that of
   * {@link #end}, which failed.
   */
  Ended endMarked() {
    Ended all = end(new TreeEnder(table, run.marker(), null, null));
    ended += all.ended();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return all;
  }

  private List<Member> endTree() {
    RunStatus status = run.status();
    boolean sawSupervisor = run.supervisorLives(status);
    long idleSince = 0;
    boolean killed = false;
    boolean resumed = false;
    while (true) {
      boolean supervised = run.supervisorLives(status);
      TreeEnder tree = run.tree(table, status, sawSupervisor);
      Ended round = end(tree);
      ended += round.ended();
      leftovers += supervised ? tree.leftovers() : round.ended();
      if (!supervised || !round.survivors().isEmpty()) {
        return round.survivors();
      }
      // Between taking over and starting the command a supervisor has nobody to be ended yet.
      long now = System.nanoTime();
      if (round.ended() > 0 || idleSince == 0) {
        idleSince = now;
      }
      if (awaitEndOf(status.supervisor(), LOOK_AGAIN_NANOS)) {
        continue;
      }
      if (!resumed && status.supervisor() != null) {
        // A SIGSTOP to the group has stopped it too.
        Signals.resume(status.supervisor().pid());
        resumed = true;
      }
      if (System.nanoTime() - idleSince > SUPERVISOR_BOUND_NANOS) {
        Member supervisor = status.supervisor();
        if (killed || supervisor == null) {
          return supervisor == null ? List.of() : List.of(supervisor);
        }
        LOG.warn("the supervisor of {} does not end by itself, its exit is lost", run.path());
        kill(supervisor);
        killed = true;
        idleSince = System.nanoTime();
      }
    }
  }

  private Ended end(TreeEnder tree) {
    Duration left;
    synchronized (lock) {
      current = tree;
      left = Duration.ofNanos(killAt - System.nanoTime());
    }
    Ended round = tree.end(left);
    // It has kept an interrupt for us, which would end the pauses below.
    interrupted |= Thread.interrupted();
    return round;
  }

  private boolean awaitEndOf(@Nullable Member supervisor, long nanos) {
    long giveUp = System.nanoTime() + nanos;
    for (long pause = 1; lives(supervisor); pause = Math.min(pause * 2, MAX_PAUSE_MILLIS)) {
      if (System.nanoTime() - giveUp > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(pause);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return true;
  }

  private static void kill(Member supervisor) {
    ProcessHandle.of(supervisor.pid())
        .filter(handle -> lives(supervisor))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  private static boolean lives(@Nullable Member process) {
    if (process == null) {
      return false;
    }
    OptionalLong now = ProcessFacts.startTicks(process.pid());
    return now.isPresent() && now.getAsLong() == process.startTicks();
  }
}
