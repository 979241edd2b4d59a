package io.kugetsu;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import io.kugetsu.session.internal.StoredSessions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shows sessions together with what waits for them. That something waits is not kept in the
 * session's record: the queue knows it, and one truth is enough.
 */
final class Waiting {
  /** Those whose session is to be shown, be it that it has no record yet. */
  static final Set<TaskStatus> OPEN =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING);

  private static final Set<SessionState> QUIET = EnumSet.of(SessionState.IDLE, SessionState.READY);

  private Waiting() {}

  static List<AgentSession> add(List<AgentSession> sessions, List<TaskRecord> open) {
    Map<SessionKey, AgentSession> shown = new LinkedHashMap<>();
    sessions.forEach(session -> shown.put(session.key(), session));
    for (TaskRecord task : open) {
      boolean waits = task.status() == TaskStatus.PENDING;
      StoredSessions.planned(task)
          .ifPresent(
              planned ->
                  shown.merge(
                      planned.key(),
                      planned,
                      (known, ignored) ->
                          waits && QUIET.contains(known.state()) ? known.waiting() : known));
    }
    List<AgentSession> all = new ArrayList<>(shown.values());
    all.sort(Comparator.comparing(AgentSession::key));
    return all;
  }
}
