package io.kugetsu.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time that passed since the machine was started: every JVM of the machine sees the same, it
 * goes on while the machine sleeps, and setting the clock changes nothing. Two values can be
 * compared only if they are of the same boot, see {@link ProcessFacts#bootId()}.
 */
public final class BootTime {
  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final Pattern FORM = Pattern.compile("([0-9]{1,15})\\.([0-9]{2}) .*");

  private BootTime() {}

  /** {@return milliseconds, exact to ten of them; empty where the system does not tell} */
  public static OptionalLong sinceBootMillis() {
    try {
      return parse(Uninterrupted.call(() -> Files.readString(UPTIME)));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Reads seconds with two decimals, followed by another number. */
  static OptionalLong parse(String uptime) {
    Matcher matcher = FORM.matcher(uptime.strip());
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long seconds = Long.parseLong(matcher.group(1));
    return OptionalLong.of(seconds * 1000 + Long.parseLong(matcher.group(2)) * 10);
  }
}
