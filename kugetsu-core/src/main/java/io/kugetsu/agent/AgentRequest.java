package io.kugetsu.agent;

import io.kugetsu.common.Experimental;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of an agent in one run. Its text form leaves the prompt and the environment out.
 *
 * @param prompt the message, byte-exact
 * @param directory the worktree it works in; absolute
 * @param title what to call a new session
 * @param sessionId the agent's own identifier of the session to go on with, or empty for a new one
 * @param model provider/model, or empty for the agent's own
 * @param environment the environment the run starts from
 * @param runDirectory where the adapter may put files for this run; absolute, closed to other users
 */
@Experimental
public record AgentRequest(
    String prompt,
    Path directory,
    String title,
    Optional<String> sessionId,
    Optional<String> model,
    Map<String, String> environment,
    Path runDirectory) {
  /** Copies its map. */
  public AgentRequest {
    environment = Map.copyOf(environment);
  }

  @Override
  public String toString() {
    return "AgentRequest[" + title + ", " + directory + "]";
  }
}
