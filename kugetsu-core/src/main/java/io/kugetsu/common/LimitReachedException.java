package io.kugetsu.common;

import java.io.Serial;
import java.util.Arrays;
import java.util.List;

/** There is no room under a limit now, and the caller did not want to wait longer. */
public final class LimitReachedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String key;
  private final int limit;
  private final String[] holders;
  private final int position;

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
    super(message);
    this.key = key.value();
    this.limit = limit;
    this.holders = holders.stream().map(TaskId::value).toArray(String[]::new);
    this.position = position;
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
