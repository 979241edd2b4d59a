package io.kugetsu.common;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The key of a session: the name of its record, its worktree's directory and its branch. Readable
 * (the end of the ref) and injective (ten hexadecimal digits of the ref's SHA-256), in lower case,
 * at most 51 characters, safe on case-insensitive file systems. Immutable.
 *
 * @param value the text, for example {@code github-com-acme-shop-42-1f0a2b3c4d}
 */
public record SessionKey(String value) implements Comparable<SessionKey> {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{10}");
  private static final int SLUG = 40;
  private static final int HASH = 10;

  /**
   * Checks the form, so that a key is always safe as a file name and as part of a branch name.
   *
   * @throws InvalidRequestException when the text is not of the form above
   */
  public SessionKey {
    Objects.requireNonNull(value, "value");
    if (!FORM.matcher(value).matches()) {
      throw new InvalidRequestException("not a session key: '" + Texts.excerpt(value) + "'");
    }
  }

  /**
   * The key of the session that works on an issue. Local refs of different repositories have
   * different keys.
   *
   * @param ref the issue
   * @param repository the repository's canonical path; it counts for local refs only
   * @return the key
   */
  public static SessionKey of(IssueRef ref, Path repository) {
    String full = Normalizer.normalize(ref.text(), Normalizer.Form.NFC);
    String identity = ref.isLocal() ? full + "\n" + repository : full;
    return new SessionKey(Texts.slug(full, SLUG) + "-" + Texts.hash(identity, HASH));
  }

  @Override
  public int compareTo(SessionKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
