package io.kugetsu.session.internal;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.internal.TaskViews;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a task for an agent was told when it was accepted. Its text form leaves the message out.
 *
 * @param message what the agent is told
 * @param ref the issue
 * @param repository the clone
 * @param agent the agent's name
 * @param model provider/model, or empty for the agent's own
 * @param mayWait false for a task that was to start at once or not at all: it never goes back into
 *     the line
 */
public record AgentTask(
    String message,
    IssueRef ref,
    Path repository,
    String agent,
    Optional<String> model,
    boolean mayWait) {
  private static final String KIND = "agent.";
  private static final String MESSAGE = "message";
  private static final String REPOSITORY = "repository";
  private static final String AGENT = "agent";
  private static final String MODEL = "model";
  private static final String AT_ONCE = "atOnce";

  /**
   * The kind of the tasks for an agent: only an instance that has this agent runs them.
   *
   * @param agent the agent's name
   * @return the kind
   */
  public static String kind(String agent) {
    return KIND + agent;
  }

  /**
   * Tells whether tasks of a kind are for agents.
   *
   * @param kind the kind
   * @return whether it is an agent's
   */
  public static boolean isKind(String kind) {
    return kind.startsWith(KIND);
  }

  /**
   * The limit keys that say what an agent runs with.
   *
   * @param agent the agent's name
   * @param model provider/model, or empty for the agent's own
   * @return the keys: {@code agent:…}, and for a model {@code provider:…} and {@code model:…}
   */
  public static Set<LimitKey> keys(String agent, Optional<String> model) {
    Set<LimitKey> keys = new TreeSet<>();
    keys.add(LimitKey.of("agent:" + agent));
    model.ifPresent(
        it -> {
          keys.add(provider(it));
          keys.add(LimitKey.of("model:" + it));
        });
    return keys;
  }

  private static LimitKey provider(String model) {
    return LimitKey.of("provider:" + model.substring(0, model.indexOf('/')));
  }

  /** The key that a failure lies in: the agent's where no model was named. */
  LimitKey keyOf(FailureType failure) {
    LimitKey own = LimitKey.of("agent:" + agent);
    return switch (failure) {
      case NO_PROGRAM -> own;
      case CONFIGURATION -> model.map(it -> LimitKey.of("model:" + it)).orElse(own);
      default -> model.map(AgentTask::provider).orElse(own);
    };
  }

  /** {@return what is kept in the task's record} */
  public Map<String, String> toInput() {
    Map<String, String> input = new HashMap<>();
    input.put(MESSAGE, message);
    input.put(TaskViews.REF, ref.text());
    input.put(REPOSITORY, repository.toString());
    input.put(AGENT, agent);
    model.ifPresent(it -> input.put(MODEL, it));
    if (!mayWait) {
      input.put(AT_ONCE, "true");
    }
    return input;
  }

  static AgentTask fromInput(Map<String, String> input) {
    return new AgentTask(
        input.getOrDefault(MESSAGE, ""),
        IssueRef.parse(input.getOrDefault(TaskViews.REF, "")),
        Path.of(input.getOrDefault(REPOSITORY, "")),
        input.getOrDefault(AGENT, ""),
        Optional.ofNullable(input.get(MODEL)),
        !input.containsKey(AT_ONCE));
  }

  @Override
  public String toString() {
    return "AgentTask[" + ref + ", " + agent + "]";
  }
}
