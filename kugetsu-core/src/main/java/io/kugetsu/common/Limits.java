package io.kugetsu.common;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How many may run at once, for each limit key. A key without a limit is unlimited, a limit of 0
 * means paused: nothing new starts. Sessions always have the limit 1. Immutable.
 *
 * @param perKey limits by key ({@code agents}) or by kind ({@code provider:*}); where both are
 *     given the key's own counts
 */
public record Limits(Map<String, Integer> perKey) {
  /** {@code MAX_CONCURRENT_AGENTS} where nothing else is said. */
  public static final int DEFAULT_AGENTS = 3;

  private static final String ANY = ":*";

  /**
   * Checks each entry.
   *
   * @throws InvalidRequestException for a malformed key, a negative limit, a limit for sessions, or
   *     a limit below 1 for {@code agents}
   */
  public Limits {
    for (Map.Entry<String, Integer> entry : perKey.entrySet()) {
      String key = entry.getKey();
      LimitKey checked = new LimitKey(key.endsWith(ANY) ? key.substring(0, key.length() - 2) : key);
      if (checked.value().equals("session") || checked.isSession()) {
        throw new InvalidRequestException("the limit of a session is always 1");
      }
      int least = key.equals(LimitKey.AGENTS.value()) ? 1 : 0;
      if (entry.getValue() < least) {
        throw new InvalidRequestException(
            "limit of " + key + " must be at least " + least + ", not " + entry.getValue());
      }
    }
    perKey = Map.copyOf(perKey);
  }

  /**
   * Limits with nothing but the number of agents.
   *
   * @param agents how many agents may run at once, at least 1
   * @return the limits
   * @throws InvalidRequestException when {@code agents} is below 1
   */
  public static Limits of(int agents) {
    return new Limits(Map.of(LimitKey.AGENTS.value(), agents));
  }

  /** {@return limits that limit nothing but sessions} */
  public static Limits none() {
    return new Limits(Map.of());
  }

  /**
   * The same limits with one more, or one changed.
   *
   * @param key a key, or a kind followed by {@code :*} for every key of that kind
   * @param max the limit; 0 pauses the key
   * @return the new limits
   * @throws InvalidRequestException as the constructor
   */
  public Limits perKey(String key, int max) {
    Map<String, Integer> changed = new TreeMap<>(perKey);
    changed.put(key, max);
    return new Limits(changed);
  }

  /**
   * The limit of one key.
   *
   * @param key the key
   * @return its limit, or empty when it is unlimited
   */
  public OptionalInt of(LimitKey key) {
    if (key.isSession()) {
      return OptionalInt.of(1);
    }
    Integer own = perKey.get(key.value());
    int colon = key.value().indexOf(':');
    if (own == null && colon > 0) {
      own = perKey.get(key.value().substring(0, colon) + ANY);
    }
    return own == null ? OptionalInt.empty() : OptionalInt.of(own);
  }
}
