package io.kugetsu.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How the dispatcher in the background stands.
 *
 * @param running whether it runs; false also when only the files of a dead one are there
 * @param pid its process while it runs
 * @param since when it was started, while it runs
 * @param endsAfter how long it stays when there is nothing left to do; empty when it stays for
 *     good, and when it does not run
 * @param elected whether it is the one that hands out the work of the directory at this moment;
 *     false while another open instance does, after which it comes
 * @param kinds the kinds of work that it hands out while it is elected, for example {@code
 *     agent.opencode}; what is not among them waits for an instance that knows it
 */
public record DaemonStatus(
    boolean running,
    OptionalLong pid,
    Optional<Instant> since,
    Optional<Duration> endsAfter,
    boolean elected,
    Set<String> kinds) {
  /** None runs. */
  public static final DaemonStatus STOPPED =
      new DaemonStatus(
          false, OptionalLong.empty(), Optional.empty(), Optional.empty(), false, Set.of());

  /** Copies its set. */
  public DaemonStatus {
    kinds = Set.copyOf(kinds);
  }
}
