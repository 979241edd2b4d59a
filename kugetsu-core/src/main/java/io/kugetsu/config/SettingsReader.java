package io.kugetsu.config;

import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.Assignments;
import io.kugetsu.internal.Assignments.Assignment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the settings. The file is read again at each call, so that a change counts at once. It is
 * parsed, never given to a shell: {@code KEY=value} and {@code export KEY="value"}, a line each,
 * with {@code #} comments. Thread-safe.
 */
public final class SettingsReader {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsReader.class);
  // Also an argument of the agent's, so nothing that looks like an option.
  private static final Pattern MODEL =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._:/@-]*");
  private static final String AGENTS = "MAX_CONCURRENT_AGENTS";
  private static final String CLEANUP_AGE = "QUEUE_CLEANUP_AGE_DAYS";
  private static final String INTERVAL = "QUEUE_DAEMON_INTERVAL_MINUTES";
  private static final String TIMEOUT = "TASK_TIMEOUT_MINUTES";
  private static final String RESUME = "RESUME_INTERRUPTED";
  private static final Set<String> KNOWN =
      Set.of(AGENTS, "KUGETSU_MODEL", "BASE_REF", CLEANUP_AGE, INTERVAL, TIMEOUT, RESUME);

  private final Path file;
  private final Map<String, String> environment;
  private volatile List<SettingProblem> reported = List.of();

  /**
   * Makes a reader; nothing is read yet.
   *
   * @param file the config file; it need not exist
   * @param environment the variables that win over the file; an empty map to ignore the host's
   */
  public SettingsReader(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Reads the settings as they are now. What cannot be used is reported in the result, and logged
   * once.
   *
   * @return the settings
   * @throws StorageException when the file exists and cannot be read
   */
  public Settings read() {
    List<SettingProblem> problems = new ArrayList<>();
    Map<String, Value> values = new HashMap<>(fromFile(problems));
    for (String key : KNOWN) {
      String value = environment.get(key);
      if (value != null && !value.isBlank()) {
        values.put(key, new Value(value.strip(), "environment", 0));
      }
    }
    Settings settings =
        new Settings(
            number(AGENTS, values, 1, Limits.DEFAULT_AGENTS, problems),
            model(values.get("KUGETSU_MODEL"), problems),
            text(values.get("BASE_REF")),
            number(CLEANUP_AGE, values, 1, Settings.DEFAULT_CLEANUP_AGE_DAYS, problems),
            number(INTERVAL, values, 1, Settings.DEFAULT_DAEMON_INTERVAL_MINUTES, problems),
            Duration.ofMinutes(number(TIMEOUT, values, 0, 0, problems)),
            resume(values.get(RESUME), problems),
            problems);
    report(settings.problems());
    return settings;
  }

  private void report(List<SettingProblem> problems) {
    if (!problems.equals(reported)) {
      reported = problems;
      problems.forEach(problem -> LOG.warn("setting ignored: {}", problem));
    }
  }

  private Map<String, Value> fromFile(List<SettingProblem> problems) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (IOException e) {
      throw new StorageException(file, "the config file cannot be read", e);
    }
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (Assignments.isEmpty(line)) {
        continue;
      }
      Optional<Assignment> entry = Assignments.parse(line);
      if (entry.isEmpty()) {
        problems.add(new SettingProblem(file.toString(), i + 1, "not of the form KEY=value"));
      } else if (KNOWN.contains(entry.get().key()) && !entry.get().value().isEmpty()) {
        values.put(entry.get().key(), new Value(entry.get().value(), file.toString(), i + 1));
      }
    }
    return values;
  }

  private static int number(
      String key, Map<String, Value> values, int least, int usual, List<SettingProblem> problems) {
    Value value = values.get(key);
    if (value == null) {
      return usual;
    }
    try {
      int number = Integer.parseInt(value.text());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below, as every other text that is no such number
    }
    problems.add(
        new SettingProblem(
            value.source(),
            value.line(),
            key + " must be a number from " + least + "; using " + usual));
    return usual;
  }

  private static ResumePolicy resume(@Nullable Value value, List<SettingProblem> problems) {
    if (value == null) {
      return ResumePolicy.ASK;
    }
    for (ResumePolicy policy : ResumePolicy.values()) {
      if (policy.name().equalsIgnoreCase(value.text())) {
        return policy;
      }
    }
    problems.add(
        new SettingProblem(
            value.source(), value.line(), RESUME + " must be ask, auto or never; using ask"));
    return ResumePolicy.ASK;
  }

  private static Optional<String> model(@Nullable Value value, List<SettingProblem> problems) {
    if (value == null || MODEL.matcher(value.text()).matches()) {
      return text(value);
    }
    problems.add(
        new SettingProblem(
            value.source(),
            value.line(),
            "KUGETSU_MODEL must be of the form provider/model; using the agent's own"));
    return Optional.empty();
  }

  private static Optional<String> text(@Nullable Value value) {
    return value == null ? Optional.empty() : Optional.of(value.text());
  }

  private record Value(String text, String source, int line) {}
}
