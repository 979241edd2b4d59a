package io.kugetsu.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces secrets in a text by {@value #MASK}: by value (what the given environment holds under a
 * secret name, as it is, line by line, and as it looks inside JSON) and by name ({@code NAME=value}
 * and {@code "NAME":"value"}, and the password inside an address). Secret names are {@code
 * GITEA_TOKEN}, {@code GITHUB_TOKEN}, {@code GITLAB_TOKEN} and every name that contains API_KEY,
 * PASSWORD, TOKEN or SECRET. A masked line of JSON is still JSON. Immutable and thread-safe.
 */
public final class SecretMasker implements UnaryOperator<String> {
  /** What stands in place of a secret. */
  public static final String MASK = "***MASKED***";

  /** A shorter value would blank out words that only look like it. */
  private static final int SHORTEST_VALUE = 6;

  /** A shorter line of a value of several lines is no secret by itself. */
  private static final int SHORTEST_LINE = 10;

  /**
   * A part of a text.
   *
   * @param start the index of its first character
   * @param end the index behind its last one
   */
  public record Span(int start, int end) {}

  private static final Pattern SECRET_NAME =
      Pattern.compile(".*(?:API_KEY|PASSWORD|TOKEN|SECRET).*");
  // Without backtracking: a line may be megabytes of anything. Inside JSON each quote has one
  // backslash or more before it, and a value ends at the next quote: what was JSON stays JSON.
  private static final Pattern ASSIGNED =
      Pattern.compile(
          "\\b([A-Z0-9_]++)(=|\\\\*+\"\\s*+:\\s*+(?=\\\\*+\"))"
              + "(?:(\\\\*+\")[^\"\\\\\\n]++"
              + "|(\\\\*+')[^\"'\\\\\\n]++"
              + "|[^\\s\"'\\\\,;&]++)");
  private static final Pattern ADDRESS =
      Pattern.compile("(\\b[a-z][a-z0-9+.-]{0,30}://[^/\\s:@\"]*+:)([^/\\s@\"]++)@");

  private final List<String> values;

  private SecretMasker(Set<String> values) {
    this.values = List.copyOf(values);
  }

  /**
   * A masker that knows the secrets of an environment.
   *
   * @param environment variables by name
   * @return the masker
   */
  public static SecretMasker of(Map<String, String> environment) {
    Set<String> values = new LinkedHashSet<>();
    environment.forEach(
        (name, value) -> {
          if (isSecretName(name) && value.length() >= SHORTEST_VALUE) {
            addForms(values, value);
            // what is printed is masked line by line
            value
                .lines()
                .map(String::strip)
                .filter(line -> line.length() >= SHORTEST_LINE)
                .forEach(line -> addForms(values, line));
          }
        });
    return new SecretMasker(values);
  }

  /**
   * Tells whether a variable of this name is taken for a secret.
   *
   * @param name the name of a variable
   * @return whether it is secret
   */
  public static boolean isSecretName(String name) {
    return SECRET_NAME.matcher(name.toUpperCase(Locale.ROOT)).matches();
  }

  /**
   * Masks a text.
   *
   * @param text any text
   * @return the text without the secrets it knows or recognises
   */
  @Override
  public String apply(String text) {
    List<Span> spans = spans(text);
    if (spans.isEmpty()) {
      return text;
    }
    StringBuilder masked = new StringBuilder(text.length());
    int shown = 0;
    for (Span span : spans) {
      masked.append(text, shown, span.start()).append(MASK);
      shown = span.end();
    }
    return masked.append(text, shown, text.length()).toString();
  }

  /**
   * Where the secrets of a text are: what {@link #apply} would replace. So a part can be cut out of
   * a text without a secret at its edge being shown for not being whole.
   *
   * @param text any text
   * @return the places, in order, none touching another
   */
  public List<Span> spans(String text) {
    List<Span> found = new ArrayList<>();
    for (String value : values) {
      addOccurrences(text, value, found);
    }
    for (Matcher matcher = ASSIGNED.matcher(text); matcher.find(); ) {
      if (SECRET_NAME.matcher(matcher.group(1)).matches()) {
        int quote = Math.max(matcher.end(3), matcher.end(4));
        found.add(new Span(Math.max(quote, matcher.end(2)), matcher.end()));
      }
    }
    for (Matcher matcher = ADDRESS.matcher(text); matcher.find(); ) {
      found.add(new Span(matcher.start(2), matcher.end(2)));
    }
    found.sort(Comparator.comparingInt(Span::start));
    return joined(found);
  }

  /** Those that overlap as one: of a value that repeats itself there may be one at each place. */
  private static void addOccurrences(String text, String value, List<Span> found) {
    int next = text.indexOf(value);
    while (next >= 0) {
      int start = next;
      int end;
      do {
        end = next + value.length();
        next = text.indexOf(value, next + 1);
      } while (next >= 0 && next <= end);
      found.add(new Span(start, end));
    }
  }

  private static List<Span> joined(List<Span> sorted) {
    List<Span> joined = new ArrayList<>(sorted.size());
    for (Span span : sorted) {
      int last = joined.size() - 1;
      if (last >= 0 && span.start() <= joined.get(last).end()) {
        Span before = joined.get(last);
        joined.set(last, new Span(before.start(), Math.max(before.end(), span.end())));
      } else {
        joined.add(span);
      }
    }
    return List.copyOf(joined);
  }

  private static void addForms(Set<String> values, String value) {
    values.add(value);
    values.add(insideJson(value));
  }

  private static String insideJson(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t");
  }
}
