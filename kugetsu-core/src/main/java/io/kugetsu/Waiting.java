package io.kugetsu;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Shows sessions together with what waits for them. That something waits is not kept in the
 * session's record: the queue knows it, and one truth is enough.
 */
final class Waiting {
  /** Those whose session is to be shown, be it that it has no record yet. */
  static final Set<TaskStatus> OPEN =
      EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.STOPPING);

  private static final Set<SessionState> QUIET = EnumSet.of(SessionState.IDLE, SessionState.READY);

  private static final Comparator<TaskRecord> RUNNING_FIRST =
      Comparator.comparing(task -> task.status() == TaskStatus.PENDING);

  private Waiting() {}

  static List<AgentSession> add(
      List<AgentSession> sessions,
      List<TaskRecord> open,
      Function<TaskRecord, Optional<AgentSession>> unrecorded) {
    Map<SessionKey, AgentSession> shown = new LinkedHashMap<>();
    sessions.forEach(session -> shown.put(session.key(), session));
    // what runs before what waits behind it
    for (TaskRecord task : open.stream().sorted(RUNNING_FIRST).toList()) {
      SessionKey key = task.session();
      if (key == null) {
        continue;
      }
      AgentSession known = shown.get(key);
      if (known == null) {
        unrecorded.apply(task).ifPresent(session -> shown.put(key, session));
      } else if (task.status() == TaskStatus.PENDING && QUIET.contains(known.state())) {
        shown.put(key, known.waiting());
      }
    }
    List<AgentSession> all = new ArrayList<>(shown.values());
    all.sort(Comparator.comparing(AgentSession::key));
    return all;
  }
}
