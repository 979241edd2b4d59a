package io.kugetsu;

import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.agent.OpencodeCli;
import io.kugetsu.common.ClosedException;
import io.kugetsu.common.Limits;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.config.Settings;
import io.kugetsu.config.SettingsReader;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.limit.internal.EngineLimiter;
import io.kugetsu.limit.internal.Gates;
import io.kugetsu.notification.internal.Outbox;
import io.kugetsu.notification.internal.StoredNotifications;
import io.kugetsu.operations.internal.StatsReader;
import io.kugetsu.process.PipeRunner;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.queue.internal.AdmissionPath;
import io.kugetsu.queue.internal.BackgroundDaemon;
import io.kugetsu.queue.internal.EngineQueue;
import io.kugetsu.session.SessionRegistry;
import io.kugetsu.session.internal.AgentEndings;
import io.kugetsu.session.internal.AgentWorkType;
import io.kugetsu.session.internal.Clones;
import io.kugetsu.session.internal.KeyKeeper;
import io.kugetsu.session.internal.OpenSessions;
import io.kugetsu.session.internal.Places;
import io.kugetsu.session.internal.StoredSessions;
import io.kugetsu.task.Retention;
import io.kugetsu.task.Timers;
import io.kugetsu.task.internal.DefaultBackgroundManager;
import io.kugetsu.task.internal.Dispatcher;
import io.kugetsu.task.internal.ManagerSettings;
import io.kugetsu.task.internal.RunFiles;
import io.kugetsu.task.internal.Runners;
import io.kugetsu.task.internal.Threads;
import io.kugetsu.worktree.GitRepository;
import io.kugetsu.worktree.SetUpTrust;
import io.kugetsu.worktree.WorktreeOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** What an instance is put together from; the one place that does so. */
final class Parts {
  final SettingsReader reader;
  final Supplier<Settings> settings;
  final Clones clones;
  final SetUpTrust.Remembered trust;
  final Places places;
  final Engine engine;
  final StoredSessions sessions;
  final SessionRegistry registry;
  final RunFiles files;
  final DefaultBackgroundManager manager;
  final EngineLimiter limiter;
  final Supplier<Limits> limits;
  final AdmissionPath path;
  final BackgroundDaemon daemon;
  final EngineQueue queue;
  final Dispatcher dispatcher;
  final StoredNotifications notifications;
  final StatsReader stats;
  final Closing closing;
  private final AtomicBoolean closed = new AtomicBoolean();

  Parts(KugetsuBuilder builder, GitRepository repository, Path directory, boolean dispatch) {
    Map<String, String> variables = builder.variables();
    Map<String, String> forRuns = Variables.forRuns(variables, directory);
    Supplier<Map<String, String>> environment = () -> forRuns;
    this.reader = new SettingsReader(directory.resolve("config"), variables);
    this.clones = new Clones(directory, repository);
    this.trust = SetUpTrust.file(directory.resolve("trusted"));
    this.places = new Places(worktrees(directory, forRuns), () -> reader.read().baseRef());
    this.limits = builder.limits(() -> reader.read().maxConcurrentAgents());
    this.settings = () -> builder.over(reader.read());
    AgentAdapter builtIn = new OpencodeCli();
    AgentAdapter agent = builder.agent == null ? builtIn : builder.agent;
    this.files = new RunFiles(directory.resolve("runs"));
    this.engine =
        builder.engine == null
            ? Engines.files(directory, builder.clock, Engines.localProbe(files::lives))
            : builder.engine;
    Threads threads = new Threads(builder.executor);
    Timers timers = Timers.on(threads.timer());
    Runners runners = new Runners(new SupervisedRunner(), new PipeRunner(builder.clock));
    this.sessions = new StoredSessions(engine.sessions(), builder.clock);
    this.registry = new OpenSessions(sessions, this::checkOpen);
    this.manager =
        new DefaultBackgroundManager(
            new ManagerSettings(
                engine,
                Engines.newOwner(),
                files,
                runners,
                threads.executor(),
                timers,
                builder.clock,
                limits,
                new Gates(builder.gates(directory)),
                forRuns,
                this::retention,
                sessions::needs),
            this::endTasks);
    this.limiter =
        dispatch
            ? EngineLimiter.on(
                engine, limits, () -> manager.request(Limits.none(), 0).kinds(), builder.clock)
            : EngineLimiter.on(engine, limits, builder.clock);
    this.path =
        new AdmissionPath(clones, agent, settings, environment, builder.clock, builder.spawnLimits);
    this.daemon = Daemons.of(builder, directory, engine, this::checkOpen);
    this.queue =
        new EngineQueue(
            engine,
            builder.clock,
            path,
            manager,
            sessions,
            Daemons.starting(builder, daemon),
            this::checkOpen);
    AgentEndings endings =
        new AgentEndings(
            sessions,
            new KeyKeeper(engine, builder.clock),
            () -> ThreadLocalRandom.current().nextDouble(),
            () -> settings.get().resumeInterrupted());
    for (AgentAdapter each : agents(agent, builtIn)) {
      manager.register(
          new AgentWorkType(
              each, runners.supervised(), files.wake(), sessions, places, environment, endings));
    }
    this.notifications =
        new StoredNotifications(
            engine.notifications(), builder.clock, SecretMasker.of(variables), this::checkOpen);
    this.stats = new StatsReader(engine, limits, builder.clock);
    Outbox outbox = outbox(builder, timers);
    this.dispatcher = new Dispatcher(engine, manager, limits, dispatch);
    this.closing =
        new Closing(
            closed,
            dispatcher,
            manager,
            limiter,
            outbox,
            runners,
            threads,
            engine,
            builder.engine == null);
  }

  /** A trusted command may see what the agents see. */
  private WorktreeOptions worktrees(Path directory, Map<String, String> variables) {
    return WorktreeOptions.usual()
        .root(directory.resolve("worktrees"))
        .trust(trust)
        .environment(variables);
  }

  /** Closed by itself, the manager runs nothing any more: then nothing may be claimed for it. */
  private void endTasks(Runnable manager) {
    dispatcher.close();
    manager.run();
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new ClosedException("this Kugetsu");
    }
  }

  private Outbox outbox(KugetsuBuilder builder, Timers timers) {
    Outbox.Delays delays =
        (delay, action) -> {
          Timers.Timer timer = timers.after(delay, action);
          return timer::close;
        };
    return new Outbox(engine.notifications(), List.copyOf(builder.sinks.values()), delays);
  }

  /** An agent of the caller's own stands in the place of a built-in one of the same name. */
  private static List<AgentAdapter> agents(AgentAdapter own, AgentAdapter builtIn) {
    return own.name().equals(builtIn.name()) ? List.of(own) : List.of(own, builtIn);
  }

  private Retention retention() {
    return new Retention(
        Duration.ofDays(reader.read().queueCleanupAgeDays()), Retention.DEFAULT.count());
  }
}
