package io.kugetsu.config;

import io.kugetsu.common.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings in force at one moment: environment over file over default. Immutable.
 *
 * @param maxConcurrentAgents {@code MAX_CONCURRENT_AGENTS}: agents that may run at once, at least
 *     1; default {@value Limits#DEFAULT_AGENTS}
 * @param model {@code KUGETSU_MODEL}: provider/model, or empty for the agent's own
 * @param baseRef {@code BASE_REF}: what new branches start from, or empty for the remote's default
 *     branch
 * @param queueCleanupAgeDays {@code QUEUE_CLEANUP_AGE_DAYS}: for how many days ended tasks are
 *     kept, at least 1; default {@value #DEFAULT_CLEANUP_AGE_DAYS}
 * @param queueDaemonIntervalMinutes {@code QUEUE_DAEMON_INTERVAL_MINUTES}: how often the dispatcher
 *     in the background looks for what nobody told it of, at least 1; default {@value
 *     #DEFAULT_DAEMON_INTERVAL_MINUTES}
 * @param taskTimeout {@code TASK_TIMEOUT_MINUTES}: after what time a run is ended, counted from its
 *     start; zero, the default, for never
 * @param resumeInterrupted {@code RESUME_INTERRUPTED}: what becomes of runs that a crash or reboot
 *     of the machine interrupted; default {@link ResumePolicy#ASK}
 * @param problems what could not be used
 */
public record Settings(
    int maxConcurrentAgents,
    Optional<String> model,
    Optional<String> baseRef,
    int queueCleanupAgeDays,
    int queueDaemonIntervalMinutes,
    Duration taskTimeout,
    ResumePolicy resumeInterrupted,
    List<SettingProblem> problems) {
  /** For how many days ended tasks are kept unless something else is said. */
  public static final int DEFAULT_CLEANUP_AGE_DAYS = 7;

  /** How often the dispatcher in the background looks for itself unless something else is said. */
  public static final int DEFAULT_DAEMON_INTERVAL_MINUTES = 5;

  /** Copies its list. */
  public Settings {
    problems = List.copyOf(problems);
  }
}
