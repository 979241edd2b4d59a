package io.kugetsu.queue.internal;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.TaskId;
import io.kugetsu.config.Settings;
import io.kugetsu.engine.NewTask;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.internal.AgentTask;
import io.kugetsu.session.internal.Clones;
import io.kugetsu.task.internal.TaskNotices;
import io.kugetsu.task.internal.TaskViews;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The one way from a request to a task, whether it waits in the queue or starts at once: everything
 * that can be wrong with it is found here, before anything is written, and its limit keys are
 * computed once.
 */
public final class AdmissionPath {
  private final Clones clones;
  private final AgentAdapter agent;
  private final Supplier<Settings> settings;
  private final Supplier<Map<String, String>> environment;
  private final Clock clock;
  private final SpawnLimits spawnLimits;

  /**
   * Makes the way.
   *
   * @param clones finds the clone of a ref
   * @param agent the agent that runs the messages
   * @param settings the settings in force
   * @param environment what a run's environment starts from
   * @param clock tells the time
   * @param spawnLimits how far tasks that start tasks may go
   */
  public AdmissionPath(
      Clones clones,
      AgentAdapter agent,
      Supplier<Settings> settings,
      Supplier<Map<String, String>> environment,
      Clock clock,
      SpawnLimits spawnLimits) {
    this.clones = clones;
    this.agent = agent;
    this.settings = settings;
    this.environment = environment;
    this.clock = clock;
    this.spawnLimits = spawnLimits;
  }

  /**
   * Checks a request and makes its task.
   *
   * @param request the request
   * @param mayWait false for a task that starts at once or not at all
   * @return the task, not yet accepted
   * @throws io.kugetsu.session.NotInitializedException when the repository was never initialised
   * @throws io.kugetsu.common.InvalidRequestException when no known clone belongs to its ref
   * @throws io.kugetsu.agent.AgentUnavailableException when the agent cannot be started here
   */
  public NewTask task(QueueRequest request, boolean mayWait) {
    clones.requireRegistered();
    Path clone = clones.of(request.ref());
    agent.check(environment.get());
    Optional<String> model = request.model().or(() -> settings.get().model());
    SessionKey session = SessionKey.of(request.ref(), clone);
    TaskId id = TaskId.next(clock);
    AgentTask task =
        new AgentTask(request.message(), request.ref(), clone, agent.name(), model, mayWait);
    return new NewTask(
            id,
            AgentTask.kind(agent.name()),
            true,
            request.priority(),
            keys(request, session, agent.name(), model),
            session,
            null,
            request.notBefore().orElse(null),
            request.idempotencyKey().orElse(null),
            input(task, request),
            List.of(TaskNotices.queued(id, Optional.of(request.ref()), clock.instant())))
        .childOf(request.parent().orElse(null), spawnLimits)
        .requestedBy(request.requestedBy().orElse(null));
  }

  private Map<String, String> input(AgentTask task, QueueRequest request) {
    Map<String, String> input = new HashMap<>(task.toInput());
    Duration timeout = request.timeout().orElseGet(() -> settings.get().taskTimeout());
    input.putAll(TaskViews.deadline(timeout));
    return input;
  }

  private static Set<LimitKey> keys(
      QueueRequest request, SessionKey session, String agent, Optional<String> model) {
    Set<LimitKey> keys = new TreeSet<>(Set.of(LimitKey.AGENTS, LimitKey.session(session)));
    request.ref().repository().ifPresent(it -> keys.add(LimitKey.of("repo:" + it)));
    keys.addAll(AgentTask.keys(agent, model));
    return keys;
  }
}
