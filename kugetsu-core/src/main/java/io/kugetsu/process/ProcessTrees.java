package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.time.Duration;
import java.util.List;

/**
 * Finds and ends all processes of a run, also those of a program that is long dead. A run's
 * processes are those whose environment, as it was when they started their program, holds exactly
 * {@code KUGETSU_RUN=<marker>}, and the descendants of such processes. A descendant that carries
 * another run's marker is that run's, and is left alone, unless it stayed in the process group of a
 * supervised run, which is signalled as one. So a daemon that shall outlive the run that started it
 * has to be started without the variable, and by a parent that ends.
 *
 * <p>Markers can be read on Linux only; elsewhere nothing is found.
 */
@Experimental
public final class ProcessTrees {
  /**
   * A process, named so that a reused identifier is never taken for it.
   *
   * @param pid its identifier
   * @param startTicks when it started, as in {@link RunningProcess#startTicks()}
   */
  public record Member(long pid, long startTicks) {}

  /**
   * What came of ending a tree.
   *
   * @param ended how many processes were signalled and are gone
   * @param survivors what could not be ended
   */
  public record Ended(int ended, List<Member> survivors) {
    /** Copies the list. */
    public Ended {
      survivors = List.copyOf(survivors);
    }

    /** Names a few of the survivors only: there may be thousands. */
    @Override
    public String toString() {
      int named = Math.min(survivors.size(), 10);
      return "Ended["
          + ended
          + ", survivors: "
          + survivors.size()
          + " "
          + survivors.subList(0, named)
          + "]";
    }
  }

  private ProcessTrees() {}

  /**
   * The living processes of a run; a zombie is not one. This program itself is never among them.
   *
   * @param marker the run's marker
   * @return the processes
   */
  public static List<Member> find(String marker) {
    return new TreeEnder(new ProcessTable(), marker, null, null).members();
  }

  /**
   * Tells whether anything of a run lives.
   *
   * @param marker the run's marker
   * @return whether a living process carries it, or descends from one that does
   */
  public static boolean lives(String marker) {
    return !find(marker).isEmpty();
  }

  /**
   * Ends the processes of a run: SIGTERM to all of them, SIGKILL to what is still there after the
   * grace, until nothing is found twice in a row. Every signal is sent only to a process that was
   * compared with its start time just before. Blocks until done: at most the grace and 10 seconds.
   * An interrupt ends the grace, not the work, and is kept.
   *
   * @param marker the run's marker
   * @param grace how long they may take to end by themselves; zero or less for none: SIGKILL at
   *     once
   * @return what came of it
   */
  public static Ended end(String marker, Duration grace) {
    return new TreeEnder(new ProcessTable(), marker, null, null).end(grace);
  }
}
