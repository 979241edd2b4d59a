package io.kugetsu.process;

import io.kugetsu.common.InvalidRequestException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a {@link ProcessSpec} may hold: only what a process can be given. */
final class SpecChecks {
  private static final Pattern MARKER = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

  private SpecChecks() {}

  static void command(List<String> argv) {
    if (argv.isEmpty() || argv.get(0).isBlank()) {
      throw new InvalidRequestException("a command line needs a program as its first word");
    }
    for (int i = 0; i < argv.size(); i++) {
      if (hasNul(argv.get(i))) {
        throw new InvalidRequestException("word " + i + " of the command line holds a NUL");
      }
    }
  }

  static void environment(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> {
          // The JDK would refuse these too, but with the value in its message.
          if (name.isEmpty() || name.indexOf('=') >= 0 || hasNul(name)) {
            throw new InvalidRequestException(
                "a variable's name is empty, or holds '=' or a NUL; it begins with '"
                    + name.split("[=\\x00]", 2)[0]
                    + "'");
          }
          if (hasNul(value)) {
            throw new InvalidRequestException("the variable " + name + " holds a NUL");
          }
        });
  }

  static void marker(String value) {
    if (!MARKER.matcher(value).matches()) {
      throw new InvalidRequestException(
          "a marker is 1 to 200 letters, digits, dots, dashes, underscores or colons");
    }
  }

  static void notNegative(String what, long bytes) {
    if (bytes < 0) {
      throw new InvalidRequestException(what + " cannot be negative: " + bytes);
    }
  }

  static void nice(int value) {
    if (value < 0 || value > 19) {
      throw new InvalidRequestException("a nice value is 0 to 19, not " + value);
    }
  }

  static void wrapper(List<String> words) {
    if (words.stream().anyMatch(SpecChecks::hasNul)
        || (!words.isEmpty() && words.get(0).isBlank())) {
      throw new InvalidRequestException(
          "a wrapper needs a program as its first word, and no word may hold a NUL");
    }
  }

  private static boolean hasNul(String text) {
    return text.indexOf('\0') >= 0;
  }
}
