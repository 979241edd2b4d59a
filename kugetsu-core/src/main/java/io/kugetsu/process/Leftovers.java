package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.process.ProcessTrees.Ended;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the command of a supervised run left behind when it ended.
 *
 * @param run the run, whose supervisor is gone
 * @param table how to look at the processes
 */
record Leftovers(RunDirectory run, ProcessTable table) {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final Duration GRACE = Duration.ofMillis(500);

  /**
   * Ends them, also where nobody can read what the supervisor wrote.
   *
   * @param seenAlive whether the supervisor was seen alive a moment ago
   * @return how many they were
   */
  int end(boolean seenAlive) {
    Ended ended;
    try {
      RunStatus status = run.status();
      if (status.isRefused() || run.spec().isOfEarlierBoot()) {
        return 0;
      }
      ended =
          status.supervisor() == null
              ? marked()
              : run.leftovers(table, status, seenAlive).end(GRACE);
    } catch (StorageException e) {
      ended = marked();
    }
    if (!ended.survivors().isEmpty()) {
      LOG.error("processes of {} could not be ended: {}", run.marker(), ended);
    }
    return ended.ended();
  }

  private Ended marked() {
    return new TreeEnder(table, run.marker(), null, null).end(GRACE);
  }
}
