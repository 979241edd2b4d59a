package io.kugetsu.agent;

import io.kugetsu.common.KugetsuException;
import java.io.Serial;

/** An agent cannot be started on this machine. Nothing was changed. */
public final class AgentUnavailableException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String agent;

  /**
   * Makes one.
   *
   * @param agent the agent's name
   * @param problem what is missing, and what to do
   */
  public AgentUnavailableException(String agent, String problem) {
    super("agent " + agent + " is not available: " + problem);
    this.agent = agent;
  }

  /** {@return the agent's name} */
  public String agent() {
    return agent;
  }
}
