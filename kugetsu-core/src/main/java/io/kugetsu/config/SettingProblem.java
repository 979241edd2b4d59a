package io.kugetsu.config;

/**
 * A setting that could not be used; the default was used in its place.
 *
 * @param source the file, or {@code environment}
 * @param line the line in the file, from 1, or 0 for the environment
 * @param text what was wrong, and what was used instead
 */
public record SettingProblem(String source, int line, String text) {
  @Override
  public String toString() {
    return line == 0 ? source + ": " + text : source + ":" + line + ": " + text;
  }
}
