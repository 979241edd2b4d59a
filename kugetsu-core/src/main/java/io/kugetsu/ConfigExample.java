package io.kugetsu;

import io.kugetsu.internal.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The config file that is made where there is none: every setting, as a comment. */
final class ConfigExample {
  private static final String TEXT =
      """
      # Settings of kugetsu. An environment variable of the same name wins over a line here, and what
      # the embedding program sets wins over both. A change counts at once.

      # Agents that may run at once.
      # MAX_CONCURRENT_AGENTS=3

      # provider/model for the agent; without it the agent's own choice.
      # KUGETSU_MODEL=anthropic/claude-sonnet-4-5

      # After how many minutes a run is ended, counted from its start; 0 for never.
      # TASK_TIMEOUT_MINUTES=0

      # What becomes of runs that a crash or reboot of the machine interrupted: ask (they wait until
      # somebody goes on with them), auto (their messages are sent again) or never (they end).
      # RESUME_INTERRUPTED=ask

      # For how many days ended tasks are kept.
      # QUEUE_CLEANUP_AGE_DAYS=7

      # How often the dispatcher in the background looks for what nobody told it of, in minutes.
      # QUEUE_DAEMON_INTERVAL_MINUTES=5

      # What new branches start from; without it the remote's default branch.
      # BASE_REF=origin/main
      """;

  private ConfigExample() {}

  /** Writes it unless the file is there; whether it did. */
  static boolean writeTo(Path config) {
    // never in the place of one that somebody writes at this moment, and never half of it
    return AtomicFiles.writeNew(config, TEXT.getBytes(StandardCharsets.UTF_8));
  }
}
