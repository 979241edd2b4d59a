package io.kugetsu;

import io.kugetsu.config.SettingProblem;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@link Kugetsu#init()} did.
 *
 * @param directory kugetsu's directory
 * @param configCreated whether the config file was written; an existing one is never touched
 * @param repositoryRegistered whether the repository is new to the directory
 * @param problems settings that cannot be used
 */
public record InitReport(
    Path directory,
    boolean configCreated,
    boolean repositoryRegistered,
    List<SettingProblem> problems) {
  /** Copies its list. */
  public InitReport {
    problems = List.copyOf(problems);
  }
}
