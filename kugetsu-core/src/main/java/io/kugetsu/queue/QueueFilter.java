package io.kugetsu.queue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which items to list. Immutable.
 *
 * @param states the states they may be in
 * @param ref the issue they belong to, or empty for any
 * @param limit how many at most, at least 1: those that were accepted last
 */
public record QueueFilter(Set<QueueItem.State> states, Optional<IssueRef> ref, int limit) {
  /**
   * Checks and copies.
   *
   * @throws InvalidRequestException when the limit is below 1
   */
  public QueueFilter {
    states = Set.copyOf(states);
    Objects.requireNonNull(ref, "ref");
    if (limit < 1) {
      throw new InvalidRequestException("ask for at least 1 item, not " + limit);
    }
  }

  /** {@return a filter that lets everything through} */
  public static QueueFilter all() {
    return new QueueFilter(
        EnumSet.allOf(QueueItem.State.class), Optional.empty(), Integer.MAX_VALUE);
  }

  /**
   * Items in some states only.
   *
   * @param first a state
   * @param more further states
   * @return a filter for items in one of them
   */
  public static QueueFilter of(QueueItem.State first, QueueItem.State... more) {
    return new QueueFilter(EnumSet.of(first, more), Optional.empty(), Integer.MAX_VALUE);
  }

  /**
   * The same for one issue.
   *
   * @param value the issue
   * @return the filter
   */
  public QueueFilter ref(IssueRef value) {
    return new QueueFilter(states, Optional.of(value), limit);
  }

  /**
   * The same with a limit.
   *
   * @param value how many at most, at least 1
   * @return the filter
   * @throws InvalidRequestException when it is below 1
   */
  public QueueFilter limit(int value) {
    return new QueueFilter(states, ref, value);
  }
}
