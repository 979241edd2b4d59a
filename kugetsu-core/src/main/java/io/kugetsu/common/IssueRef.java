package io.kugetsu.common;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which issue a piece of work belongs to, in full form: {@code <domain>/<owner>/<repo>#<number>},
 * for example {@code github.com/acme/shop#42} (the owner may have several parts, as nested groups
 * have), or {@code local:<name>} for work without an issue. {@code @<variant>} at the end allows
 * several attempts at one issue side by side. Immutable; two refs are equal when their texts are.
 *
 * @param text the full form; the domain is in lower case
 */
public record IssueRef(String text) {
  private static final int MAX_LENGTH = 300;
  private static final String NAME = "[A-Za-z0-9_.][A-Za-z0-9._-]*";
  private static final String VARIANT = "(@[A-Za-z0-9][A-Za-z0-9._-]{0,39})?";
  private static final Pattern FORGE =
      Pattern.compile(
          "(?<domain>[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?)(?<path>(/"
              + NAME
              + "){2,})"
              + "#(?<number>[0-9]{1,18})"
              + VARIANT);
  private static final Pattern LOCAL =
      Pattern.compile("local:[A-Za-z0-9][A-Za-z0-9._-]{0,99}" + VARIANT);
  private static final String LOCAL_PREFIX = "local:";

  /**
   * Checks the form.
   *
   * @throws InvalidRequestException when the text is not of the form above
   */
  public IssueRef {
    Objects.requireNonNull(text, "text");
    Matcher forge = FORGE.matcher(text);
    boolean ok =
        text.length() <= MAX_LENGTH
            && !text.contains("..")
            && (LOCAL.matcher(text).matches() || forge.matches());
    if (!ok) {
      throw new InvalidRequestException(
          "not an issue ref: '"
              + Texts.excerpt(text)
              + "'; write domain/owner/repo#number, for example github.com/acme/shop#42, or"
              + " local:name for work without an issue");
    }
    if (!isLocal(text)) {
      int slash = text.indexOf('/');
      text = text.substring(0, slash).toLowerCase(Locale.ROOT) + text.substring(slash);
    }
  }

  /**
   * Reads a ref in full form.
   *
   * @param text the text
   * @return the ref
   * @throws InvalidRequestException when the text is not of the form above
   */
  public static IssueRef parse(String text) {
    return new IssueRef(text.strip());
  }

  /** {@return whether it is work without an issue} */
  public boolean isLocal() {
    return isLocal(text);
  }

  /** A server may be called local too, and then has a port and a path. */
  private static boolean isLocal(String text) {
    return text.startsWith(LOCAL_PREFIX) && text.indexOf('/') < 0;
  }

  /**
   * {@return the repository's address without protocol, {@code github.com/acme/shop}; empty if
   * local}
   */
  public Optional<String> repository() {
    return isLocal() ? Optional.empty() : Optional.of(text.substring(0, text.lastIndexOf('#')));
  }

  @Override
  public String toString() {
    return text;
  }
}
