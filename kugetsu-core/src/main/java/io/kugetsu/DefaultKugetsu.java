package io.kugetsu;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.config.Settings;
import io.kugetsu.config.SettingsReader;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.internal.EngineLimiter;
import io.kugetsu.notification.Notifications;
import io.kugetsu.notification.internal.StoredNotifications;
import io.kugetsu.operations.Stats;
import io.kugetsu.operations.internal.StatsReader;
import io.kugetsu.queue.QueueDaemon;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.queue.TaskQueue;
import io.kugetsu.queue.internal.AdmissionPath;
import io.kugetsu.queue.internal.BackgroundDaemon;
import io.kugetsu.queue.internal.EngineQueue;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionNotFoundException;
import io.kugetsu.session.SessionRegistry;
import io.kugetsu.session.internal.Clones;
import io.kugetsu.session.internal.Places;
import io.kugetsu.session.internal.StoredSessions;
import io.kugetsu.session.internal.StoredSessions.Release;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.internal.DefaultBackgroundManager;
import io.kugetsu.task.internal.Dispatcher;
import io.kugetsu.task.internal.RunFiles;
import io.kugetsu.worktree.GitRepository;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.SetUpTrust;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The facade over the {@link Parts}. */
final class DefaultKugetsu implements Kugetsu {
  private final Path directory;
  private final GitRepository repository;
  private final SettingsReader reader;
  private final Supplier<Settings> settings;
  private final Clones clones;
  private final SetUpTrust.Remembered trust;
  private final Places places;
  private final Engine engine;
  private final StoredSessions sessions;
  private final SessionRegistry registry;
  private final RunFiles files;
  private final DefaultBackgroundManager manager;
  private final EngineLimiter limiter;
  private final Supplier<Limits> limits;
  private final AdmissionPath path;
  private final BackgroundDaemon daemon;
  private final EngineQueue queue;
  private final Dispatcher dispatcher;
  private final StoredNotifications notifications;
  private final StatsReader stats;
  private final Closing closing;
  private volatile boolean draining;
  private volatile boolean closed;

  static DefaultKugetsu open(KugetsuBuilder builder, boolean dispatch) {
    Daemons.check(builder);
    GitRepository repository = GitRepository.open(builder.repository);
    Path directory = Variables.directory(builder);
    AtomicFiles.createDirectories(directory);
    return new DefaultKugetsu(builder, repository, directory, dispatch);
  }

  private DefaultKugetsu(
      KugetsuBuilder builder, GitRepository repository, Path directory, boolean dispatch) {
    this.directory = directory;
    this.repository = repository;
    Parts parts = new Parts(builder, repository, directory, dispatch);
    this.reader = parts.reader;
    this.settings = parts.settings;
    this.clones = parts.clones;
    this.trust = parts.trust;
    this.places = parts.places;
    this.engine = parts.engine;
    this.sessions = parts.sessions;
    this.registry = parts.registry;
    this.files = parts.files;
    this.manager = parts.manager;
    this.limiter = parts.limiter;
    this.limits = parts.limits;
    this.path = parts.path;
    this.daemon = parts.daemon;
    this.queue = parts.queue;
    this.dispatcher = parts.dispatcher;
    this.notifications = parts.notifications;
    this.stats = parts.stats;
    this.closing = parts.closing;
    manager.begin();
  }

  @Override
  public InitReport init() {
    checkOpen();
    boolean created = ConfigExample.writeTo(directory.resolve("config"));
    boolean registered = clones.register();
    return new InitReport(directory, created, registered, reader.read().problems());
  }

  @Override
  public void trust(SetUpFile file) {
    checkOpen();
    trust.trust(file);
  }

  @Override
  public TaskHandle delegate(QueueRequest request) {
    checkTaking();
    return manager.handle(queue.accept(request).id());
  }

  private TaskHandle accept(NewTask task) {
    return manager.handle(queue.accept(task).id());
  }

  @Override
  public TaskHandle start(IssueRef ref, String message) {
    NewTask task = newTask(QueueRequest.of(message, ref), false);
    return manager.whileOpen(() -> start(ref, task));
  }

  private TaskHandle start(IssueRef ref, NewTask task) {
    Admission admission = admit(task);
    if (admission instanceof Admission.Refused refused
        && refused.key().isSession()
        && refused.holders().isEmpty()) {
      // nothing runs or waits in the session: it is only held
      admission =
          going(
              sessions.release(key(ref)), () -> admit(task), Admission.Admitted.class::isInstance);
    }
    if (admission instanceof Admission.Admitted admitted) {
      manager.accepted(admitted.claim().task());
      return manager.run(admitted.claim());
    }
    throw Refusals.of(ref, (Admission.Refused) admission);
  }

  /** Everything that can be wrong with a request is found here, before anything is changed. */
  private NewTask newTask(QueueRequest request, boolean mayWait) {
    checkTaking();
    return path.task(request, mayWait);
  }

  private void checkTaking() {
    checkOpen();
    if (draining) {
      throw new ClosedException("this Kugetsu");
    }
  }

  private Admission admit(NewTask task) {
    return engine.tasks().admit(task, manager.request(limits.get(), 1));
  }

  /** Lets a session that is interrupted go on, unless the step that wants it comes to nothing. */
  private <T> T going(Optional<Release> release, Supplier<T> step, Predicate<T> done) {
    boolean keep = false;
    try {
      T result = step.get();
      keep = done.test(result);
      return result;
    } finally {
      if (!keep) {
        release.ifPresent(sessions::hold);
      }
    }
  }

  @Override
  public TaskHandle continueSession(IssueRef ref, String message) {
    NewTask task = newTask(QueueRequest.of(message, ref), true);
    if (session(ref).isEmpty()) {
      throw new SessionNotFoundException(ref);
    }
    return going(sessions.letGo(key(ref)), () -> accept(task), accepted -> true);
  }

  @Override
  public List<AgentSession> list() {
    checkOpen();
    // first the tasks: what begins meanwhile is in one of the two at least
    List<TaskRecord> open = engine.tasks().list(Waiting.OPEN);
    return Waiting.add(sessions.list(), open, this::unrecorded);
  }

  /** Of an open task whose session was not recorded a moment ago. */
  private Optional<AgentSession> unrecorded(TaskRecord task) {
    Optional<AgentSession> planned =
        engine
            .tasks()
            .find(task.id())
            .filter(now -> Waiting.OPEN.contains(now.status()))
            .flatMap(StoredSessions::planned);
    // what has ended meanwhile has made one, unless that was destroyed again
    return planned.isPresent()
        ? planned
        : Optional.ofNullable(task.session()).flatMap(sessions::find);
  }

  @Override
  public Optional<AgentSession> session(IssueRef ref) {
    checkOpen();
    return sessions.find(key(ref));
  }

  private SessionKey key(IssueRef ref) {
    return SessionKey.of(ref, clones.of(ref));
  }

  @Override
  public Destruction destroy(IssueRef ref, RemovalRequest removal) {
    AgentSession session = session(ref).orElseThrow(() -> new SessionNotFoundException(ref));
    return new SessionEnd(engine.tasks(), limiter, sessions, places).of(session, removal);
  }

  @Override
  public Notifications notifications() {
    checkOpen();
    return notifications;
  }

  @Override
  public List<RunLog> logs(int most) {
    checkOpen();
    if (most < 1) {
      throw new InvalidRequestException("ask for at least 1 log, not " + most);
    }
    return RunLogs.newest(files.outputs(), most);
  }

  @Override
  public Stats stats() {
    checkOpen();
    return stats.read();
  }

  @Override
  public Settings settings() {
    checkOpen();
    return settings.get();
  }

  @Override
  public Path directory() {
    checkOpen();
    return directory;
  }

  @Override
  public BackgroundManager tasks() {
    checkOpen();
    return manager;
  }

  @Override
  public TaskQueue queue() {
    checkOpen();
    return queue;
  }

  @Override
  public QueueDaemon daemon() {
    checkOpen();
    return daemon;
  }

  /** For who serves as the dispatcher in the background. */
  DaemonDuty duty() {
    return new DaemonDuty(
        engine,
        manager,
        dispatcher,
        () -> Duration.ofMinutes(reader.read().queueDaemonIntervalMinutes()));
  }

  @Override
  public SessionRegistry sessions() {
    checkOpen();
    return registry;
  }

  @Override
  public WorktreeService worktrees() {
    checkOpen();
    return places.of(repository.commonDirectory());
  }

  @Override
  public ConcurrencyLimiter limiter() {
    checkOpen();
    return limiter;
  }

  @Override
  public CloseReport closeGracefully(Duration drain) {
    if (!closed) {
      draining = true;
      dispatcher.drain();
      manager.awaitIdle(drain);
    }
    return shutDown();
  }

  @Override
  public void close() {
    shutDown();
  }

  private synchronized CloseReport shutDown() {
    if (closed) {
      return new CloseReport(List.of(), List.of(), List.of());
    }
    closed = true;
    return closing.close();
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("this Kugetsu");
    }
  }
}
