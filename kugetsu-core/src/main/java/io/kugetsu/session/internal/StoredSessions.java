package io.kugetsu.session.internal;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.SessionStore;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionRegistry;
import io.kugetsu.session.SessionRole;
import io.kugetsu.session.SessionState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The sessions of an engine, typed, with the few changes that a run makes to them. */
public final class StoredSessions implements SessionRegistry {
  private static final String REF = "ref";
  private static final String ROLE = "role";
  private static final String STATE = "state";
  private static final String REPOSITORY = "repository";
  private static final String AGENT = "agent";
  private static final String AGENT_SESSION = "agentSession";
  private static final String WORKTREE = "worktree";
  private static final String BRANCH = "branch";
  private static final String TASK = "task";
  private static final String CREATED_AT = "createdAt";
  private static final String ACTIVE_AT = "activeAt";

  private final SessionStore store;
  private final Clock clock;

  /**
   * Makes the view.
   *
   * @param store where the sessions are kept
   * @param clock tells the time
   */
  public StoredSessions(SessionStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public Optional<AgentSession> find(SessionKey key) {
    return store.find(key).map(StoredSessions::typed);
  }

  @Override
  public List<AgentSession> list() {
    return store.list().stream().map(StoredSessions::typed).toList();
  }

  /**
   * The session that a task will make, or go on with, when it has come to that: waiting as long as
   * the task waits, else in preparation.
   *
   * @param task a task's record
   * @return the session as it will be, or empty when the task is none of an agent's
   */
  public static Optional<AgentSession> planned(TaskRecord task) {
    SessionKey key = task.session();
    if (key == null || !AgentTask.isKind(task.kind())) {
      return Optional.empty();
    }
    AgentTask input = AgentTask.fromInput(task.input());
    return Optional.of(
        new AgentSession(
            key,
            SessionRole.DEV,
            input.ref(),
            task.status() == TaskStatus.PENDING ? SessionState.WAITING : SessionState.PREPARING,
            input.repository(),
            input.agent(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(task.id()),
            task.createdAt(),
            task.createdAt()));
  }

  /**
   * Writes ahead that a run prepares itself in a session; makes the session if there is none.
   *
   * @param key the session
   * @param task the run's task
   * @param ref the issue
   * @param repository the clone
   * @param agent the agent's name
   * @return the session
   */
  AgentSession preparing(SessionKey key, TaskId task, IssueRef ref, Path repository, String agent) {
    String now = now();
    Map<String, String> fields = new HashMap<>();
    fields.put(REF, ref.text());
    fields.put(ROLE, SessionRole.DEV.name());
    fields.put(STATE, SessionState.PREPARING.name());
    fields.put(REPOSITORY, repository.toString());
    fields.put(AGENT, agent);
    fields.put(TASK, task.value());
    fields.put(CREATED_AT, now);
    fields.put(ACTIVE_AT, now);
    Optional<SessionRecord> created = store.create(key, fields);
    return created.isPresent()
        ? typed(created.get())
        : typed(
            change(
                key,
                false,
                old -> {
                  old.put(STATE, SessionState.PREPARING.name());
                  old.put(TASK, task.value());
                  // another agent has conversations of its own
                  if (!agent.equals(old.put(AGENT, agent))) {
                    old.remove(AGENT_SESSION);
                  }
                  return old;
                }));
  }

  /**
   * Writes ahead where a run is about to start its agent.
   *
   * @param key the session
   * @param worktree where the agent works
   * @param branch the branch it works on
   */
  void launching(SessionKey key, Path worktree, String branch) {
    change(
        key,
        false,
        fields -> {
          // a conversation belongs to the place it was begun in
          if (!worktree.toString().equals(fields.put(WORKTREE, worktree.toString()))) {
            fields.remove(AGENT_SESSION);
          }
          fields.put(BRANCH, branch);
          return fields;
        });
  }

  void running(SessionKey key) {
    change(key, false, fields -> with(fields, STATE, SessionState.RUNNING.name()));
  }

  void bound(SessionKey key, String agentSession) {
    change(key, false, fields -> with(fields, AGENT_SESSION, agentSession));
  }

  /**
   * Tells whether an ended task is still needed: it is its session's last, and that session waits
   * to be gone on with.
   *
   * @param task the task
   * @return whether it must be kept
   */
  public boolean needs(TaskRecord task) {
    SessionKey key = task.session();
    return key != null
        && find(key)
            .filter(session -> session.state() == SessionState.INTERRUPTED)
            .flatMap(AgentSession::task)
            .filter(task.id()::equals)
            .isPresent();
  }

  /**
   * Lets what waits for an interrupted session go on.
   *
   * @param key the session
   * @return the release, to be taken back with {@link #hold}; empty when there is no such session,
   *     or it is not interrupted
   */
  public Optional<Release> release(SessionKey key) {
    return turn(key, Set.of(SessionState.INTERRUPTED));
  }

  /**
   * The same for who goes on with it whenever there is room: who has released it a moment before,
   * and comes to nothing, must not take that back any more.
   *
   * @param key the session
   * @return as above
   */
  public Optional<Release> letGo(SessionKey key) {
    return turn(key, Set.of(SessionState.INTERRUPTED, SessionState.READY));
  }

  /**
   * Takes a release back, unless the session has gone on already.
   *
   * @param release the release
   */
  public void hold(Release release) {
    boolean unused =
        store
            .find(release.key())
            .filter(it -> it.version() == release.version() && state(it) == SessionState.READY)
            .flatMap(it -> store.update(turned(it, SessionState.INTERRUPTED)))
            .isPresent();
  }

  /**
   * A session that one who is about to go on with it has released.
   *
   * @param key the session
   * @param version its version then; it is another one once anybody has gone on with it
   */
  public record Release(SessionKey key, long version) {}

  /** Makes it ready, as a new version; only of an interrupted one that is a release. */
  private Optional<Release> turn(SessionKey key, Set<SessionState> from) {
    while (true) {
      Optional<SessionRecord> old = store.find(key).filter(it -> from.contains(state(it)));
      if (old.isEmpty()) {
        return Optional.empty();
      }
      Optional<SessionRecord> changed = store.update(turned(old.get(), SessionState.READY));
      if (changed.isPresent()) {
        return changed
            .filter(it -> state(old.get()) == SessionState.INTERRUPTED)
            .map(it -> new Release(key, it.version()));
      }
    }
  }

  private static SessionState state(SessionRecord record) {
    return SessionState.valueOf(record.fields().getOrDefault(STATE, SessionState.READY.name()));
  }

  private SessionRecord turned(SessionRecord old, SessionState to) {
    Map<String, String> fields = new HashMap<>(old.fields());
    fields.put(STATE, to.name());
    fields.put(ACTIVE_AT, now());
    return new SessionRecord(old.key(), old.version(), to == SessionState.INTERRUPTED, fields);
  }

  /**
   * The change that belongs to the end of a run.
   *
   * @param key the session
   * @param state its new state; interrupted holds what waits for it
   * @param forget whether the agent's own session is forgotten, so that the next run begins a new
   *     one
   * @param agentSession the agent's own session as it told it in this run, or empty; told again,
   *     because the writing of it while the agent ran may have failed
   * @return the change
   */
  SessionChange ended(
      SessionKey key, SessionState state, boolean forget, Optional<String> agentSession) {
    Map<String, String> set = new HashMap<>();
    set.put(STATE, state.name());
    set.put(ACTIVE_AT, now());
    if (!forget) {
      agentSession.ifPresent(id -> set.put(AGENT_SESSION, id));
    }
    return new SessionChange(
        key, state == SessionState.INTERRUPTED, set, forget ? Set.of(AGENT_SESSION) : Set.of());
  }

  /**
   * Forgets a session.
   *
   * @param key the session
   */
  public void remove(SessionKey key) {
    Optional<SessionRecord> found = store.find(key);
    while (found.isPresent() && !store.remove(key, found.get().version())) {
      found = store.find(key);
    }
  }

  private SessionRecord change(
      SessionKey key, boolean held, UnaryOperator<Map<String, String>> edit) {
    while (true) {
      SessionRecord old =
          store
              .find(key)
              .orElseThrow(() -> new IllegalStateException("session " + key + " is gone"));
      Map<String, String> fields = new HashMap<>(old.fields());
      fields.put(ACTIVE_AT, now());
      Optional<SessionRecord> changed =
          store.update(new SessionRecord(key, old.version(), held, edit.apply(fields)));
      if (changed.isPresent()) {
        return changed.get();
      }
    }
  }

  private static Map<String, String> with(Map<String, String> fields, String key, String value) {
    fields.put(key, value);
    return fields;
  }

  private String now() {
    return clock.instant().toString();
  }

  private static AgentSession typed(SessionRecord record) {
    Map<String, String> fields = record.fields();
    return new AgentSession(
        record.key(),
        SessionRole.valueOf(fields.getOrDefault(ROLE, SessionRole.DEV.name())),
        IssueRef.parse(fields.getOrDefault(REF, "")),
        state(record),
        Path.of(fields.getOrDefault(REPOSITORY, "")),
        fields.getOrDefault(AGENT, ""),
        Optional.ofNullable(fields.get(AGENT_SESSION)),
        Optional.ofNullable(fields.get(WORKTREE)).map(Path::of),
        Optional.ofNullable(fields.get(BRANCH)),
        Optional.ofNullable(fields.get(TASK)).map(TaskId::new),
        Instant.parse(fields.getOrDefault(CREATED_AT, Instant.EPOCH.toString())),
        Instant.parse(fields.getOrDefault(ACTIVE_AT, Instant.EPOCH.toString())));
  }
}
