package io.kugetsu.internal;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lines of the form {@code KEY=value} and {@code export KEY="value"}, as shells and tools write
 * them; read, never run. Quotes around the whole value are taken away, and inside double ones a
 * backslash before a quote or backslash; a comment begins with a blank and {@code #} outside of
 * quotes.
 */
public final class Assignments {
  private static final Pattern ENTRY =
      Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*?)\\s*");
  private static final char NONE = 0;

  /**
   * One of them.
   *
   * @param key the name
   * @param value the value without quotes around it and without a comment
   */
  public record Assignment(String key, String value) {}

  private Assignments() {}

  /**
   * Whether nothing is to be read in a line.
   *
   * @param line the line
   * @return whether it is blank or a comment
   */
  public static boolean isEmpty(String line) {
    return line.isBlank() || line.stripLeading().startsWith("#");
  }

  /**
   * Reads a line.
   *
   * @param line the line
   * @return what it assigns; empty when it has another form
   */
  public static Optional<Assignment> parse(String line) {
    Matcher entry = ENTRY.matcher(line);
    return entry.matches()
        ? Optional.of(new Assignment(entry.group(1), value(entry.group(2)).strip()))
        : Optional.empty();
  }

  private static String value(String text) {
    int end = text.isEmpty() ? -1 : closing(text);
    if (end > 0 && (end + 1 == text.length() || isComment(text, end + 1))) {
      String inner = text.substring(1, end);
      return text.charAt(0) == '"' ? inner.replaceAll("\\\\([\"\\\\])", "$1") : inner;
    }
    return withoutComment(text);
  }

  /** The place of the quote that closes the one that the text begins with; -1 without one. */
  private static int closing(String text) {
    char quote = text.charAt(0);
    if (quote != '"' && quote != '\'') {
      return -1;
    }
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) == quote) {
        return i;
      }
      if (quote == '"' && text.charAt(i) == '\\') {
        i++;
      }
    }
    return -1;
  }

  private static String withoutComment(String text) {
    char open = NONE;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (open == NONE && isComment(text, i)) {
        return text.substring(0, i);
      }
      if (c == open) {
        open = NONE;
      } else if (open == NONE && (c == '"' || c == '\'')) {
        open = c;
      }
    }
    return text;
  }

  private static boolean isComment(String text, int at) {
    return Character.isWhitespace(text.charAt(at)) && text.substring(at).strip().startsWith("#");
  }
}
