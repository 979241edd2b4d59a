package io.kugetsu.agent;

import io.kugetsu.common.Experimental;
import java.util.Map;

/**
 * How one kind of agent is driven: how it is started, and how what it prints is read.
 * Implementations must be thread-safe and keep no state between runs.
 */
@Experimental
public interface AgentAdapter {
  /**
   * The agent's name. Only an instance that has an agent of this name runs the tasks that were
   * handed over for it.
   *
   * @return lower-case letters, digits and dashes, at most 40
   */
  String name();

  /**
   * Looks whether the agent can be started at all; quick, without starting it.
   *
   * @param environment the environment that a run would have
   * @throws AgentUnavailableException when it cannot, with what to do
   */
  void check(Map<String, String> environment);

  /**
   * What to start for a run. May see to what the first start needs, and take its time for that.
   *
   * @param request what is asked of the agent
   * @return the command
   */
  AgentCommand command(AgentRequest request);

  /**
   * A fresh reader for what one run prints.
   *
   * @return the reader
   */
  AgentTranscript transcript();
}
