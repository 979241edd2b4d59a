package io.kugetsu.common;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Names something of which only so many may run at once, for example {@code agents}, {@code
 * session:<key>}, {@code repo:github.com/acme/shop} or {@code provider:anthropic}. A task carries a
 * set of keys and runs only while each of them has room. Immutable.
 *
 * @param value a kind of lower-case letters, digits and dashes, then optionally a colon and a name;
 *     200 characters at most, no blanks, no control characters and no {@code *}
 */
public record LimitKey(String value) implements Comparable<LimitKey> {
  private static final Pattern FORM =
      Pattern.compile("[a-z][a-z0-9-]*(:[^\\s\\p{Cntrl}*]+)?", Pattern.UNICODE_CHARACTER_CLASS);
  private static final int MAX_LENGTH = 200;

  /** Every agent of the directory: what {@code MAX_CONCURRENT_AGENTS} limits. */
  public static final LimitKey AGENTS = new LimitKey("agents");

  /**
   * Checks the form.
   *
   * @throws InvalidRequestException when the text is not of the form above
   */
  public LimitKey {
    Objects.requireNonNull(value, "value");
    if (value.length() > MAX_LENGTH || !FORM.matcher(value).matches()) {
      throw new InvalidRequestException(
          "not a limit key: '" + Texts.excerpt(value) + "'; use a kind like build, or kind:name");
    }
  }

  /**
   * Makes a key from its text.
   *
   * @param value the text
   * @return the key
   * @throws InvalidRequestException when the text is not of the form above
   */
  public static LimitKey of(String value) {
    return new LimitKey(value);
  }

  /**
   * The key that makes runs of one session exclude each other; its limit is always 1.
   *
   * @param session the session
   * @return its key
   */
  public static LimitKey session(SessionKey session) {
    return new LimitKey("session:" + session.value());
  }

  /**
   * The key under which the running descendants of a task are counted.
   *
   * @param root a task that no task started
   * @return its key
   */
  public static LimitKey root(TaskId root) {
    return new LimitKey("root:" + root.value());
  }

  /** {@return whether this is the key of a session} */
  public boolean isSession() {
    return value.startsWith("session:");
  }

  @Override
  public int compareTo(LimitKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
