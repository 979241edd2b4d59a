package io.kugetsu.agent;

import io.kugetsu.common.Experimental;
import java.util.List;
import java.util.Map;

/**
 * What to start for a run. Its text form leaves input and environment out.
 *
 * @param argv program and arguments, handed over as they are; never the prompt
 * @param environment the complete environment
 * @param input what goes to standard input, UTF-8, followed by its end
 */
@Experimental
public record AgentCommand(List<String> argv, Map<String, String> environment, String input) {
  /** Copies its collections. */
  public AgentCommand {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
  }

  @Override
  public String toString() {
    return "AgentCommand" + argv;
  }
}
