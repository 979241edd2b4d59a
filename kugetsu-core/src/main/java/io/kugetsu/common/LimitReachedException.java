package io.kugetsu.common;

import java.io.Serial;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** There is no room under a limit now, and the caller did not want to wait longer. */
public final class LimitReachedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String key;
  private final int limit;
  private final String[] holders;
  private final int position;
  private final String why;
  private final @Nullable Instant until;

  /**
   * Makes one.
   *
   * @param message what was refused, and what to do instead
   * @param key the key that has no room
   * @param limit that key's limit
   * @param holders the tasks that hold it or come first
   * @param position the place in the line it would have had, from 1
   */
  public LimitReachedException(
      String message, LimitKey key, int limit, List<TaskId> holders, int position) {
    this(message, key, limit, holders, position, "", null);
  }

  /**
   * Makes one for a key that something is held against.
   *
   * @param message what was refused, and what to do instead
   * @param key the key that has no room
   * @param limit how many of it may run now
   * @param holders the tasks that hold it or come first
   * @param position the place in the line it would have had, from 1
   * @param why what is held against the key; empty when it is only full
   * @param until until when, for display, or null when nobody knows
   */
  public LimitReachedException(
      String message,
      LimitKey key,
      int limit,
      List<TaskId> holders,
      int position,
      String why,
      @Nullable Instant until) {
    super(why.isEmpty() ? message : message + " (" + why + until(until) + ")");
    this.why = why;
    this.until = until;
    this.key = key.value();
    this.limit = limit;
    this.holders = holders.stream().map(TaskId::value).toArray(String[]::new);
    this.position = position;
  }

  private static String until(@Nullable Instant until) {
    return until == null ? "" : ", until " + until;
  }

  /** {@return what is held against the key; empty when it is only full} */
  public String why() {
    return why;
  }

  /** {@return until when that is so; empty when nobody knows, or the key is only full} */
  public Optional<Instant> until() {
    return Optional.ofNullable(until);
  }

  /** {@return the key that has no room} */
  public LimitKey key() {
    return new LimitKey(key);
  }

  /** {@return the limit of that key} */
  public int limit() {
    return limit;
  }

  /** {@return the tasks that hold the key or come first, oldest first} */
  public List<TaskId> holders() {
    return Arrays.stream(holders).map(TaskId::new).toList();
  }

  /** {@return the place in the line it would have had, from 1} */
  public int position() {
    return position;
  }
}
