package io.kugetsu.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
      Pattern.compile("(\\b[a-z][a-z0-9+.-]{0,30}://[^/\\s:@\"]*+:)([^/\\s@\"]++)(@)");

  private final List<String> values;

  private SecretMasker(Set<String> values) {
    List<String> longestFirst = new ArrayList<>(values);
    longestFirst.sort(Comparator.comparingInt(String::length).reversed());
    this.values = List.copyOf(longestFirst);
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
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, MASK);
    }
    masked = ASSIGNED.matcher(masked).replaceAll(SecretMasker::assigned);
    return ADDRESS.matcher(masked).replaceAll("$1" + Matcher.quoteReplacement(MASK) + "$3");
  }

  private static String assigned(MatchResult found) {
    if (!SECRET_NAME.matcher(found.group(1)).matches()) {
      return Matcher.quoteReplacement(found.group());
    }
    String quote = text(found.group(3)) + text(found.group(4));
    return Matcher.quoteReplacement(found.group(1) + found.group(2) + quote + MASK);
  }

  private static String text(@Nullable String group) {
    return group == null ? "" : group;
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
