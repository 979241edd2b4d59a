package io.kugetsu.agent;

import io.kugetsu.common.Experimental;
import java.util.Optional;

/**
 * Reads what one run prints. Called by one thread at a time; one line it does not understand is
 * passed over and ends nothing.
 */
@Experimental
public interface AgentTranscript {
  /**
   * The next line of standard output or standard error, in the order they came; secrets are masked.
   *
   * @param line the line without its end
   */
  void line(String line);

  /**
   * The agent's own identifier of the session, read from what it printed.
   *
   * @return the identifier, once it is known
   */
  Optional<String> sessionId();

  /**
   * What the agent's own words say about the run, after it ended.
   *
   * @param exitedWell whether the process ended with exit code 0
   * @return the report
   */
  AgentReport report(boolean exitedWell);
}
