package io.kugetsu.task.internal;

import io.kugetsu.common.Limits;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.process.PipeRunner;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.Retention;
import io.kugetsu.task.Timers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything around a manager that works alone, and its closing in order. */
public final class Standalone {
  private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);

  private final Threads threads;
  private final Engine engine;
  private final boolean ownsEngine;
  private final Runners runners;
  private final DefaultBackgroundManager manager;
  private final Dispatcher dispatcher;
  private final AtomicBoolean closing = new AtomicBoolean();

  /**
   * What is to be opened.
   *
   * @param directory where tasks and what they write are kept
   * @param engine where tasks are kept, or null for files in the directory
   * @param executor runs the work, or null for threads of its own
   * @param timers tell when time is over, or null for those of the system
   * @param clock tells the time
   * @param limits the limits in force
   * @param environment what commands may inherit from
   * @param retention for how long ended tasks are kept
   */
  public record Opening(
      Path directory,
      @Nullable Engine engine,
      @Nullable Executor executor,
      @Nullable Timers timers,
      Clock clock,
      Supplier<Limits> limits,
      Map<String, String> environment,
      Retention retention) {}

  private Standalone(Opening opening) {
    AtomicFiles.createDirectories(opening.directory());
    RunFiles files = new RunFiles(opening.directory().resolve("runs"));
    ownsEngine = opening.engine() == null;
    engine =
        opening.engine() != null
            ? opening.engine()
            : Engines.files(opening.directory(), opening.clock(), Engines.localProbe(files::lives));
    threads = new Threads(opening.executor());
    runners = new Runners(new SupervisedRunner(), new PipeRunner(opening.clock()));
    manager =
        new DefaultBackgroundManager(
            new ManagerSettings(
                engine,
                Engines.newOwner(),
                files,
                runners,
                threads.executor(),
                opening.timers() == null ? Timers.on(threads.timer()) : opening.timers(),
                opening.clock(),
                opening.limits(),
                Map::of,
                opening.environment(),
                opening::retention,
                record -> false),
            this::close);
    dispatcher = new Dispatcher(engine, manager, opening.limits(), true);
    manager.begin();
  }

  /**
   * Opens a manager alone.
   *
   * @param opening what is to be opened
   * @return the manager, which closes everything around it with itself
   */
  public static BackgroundManager open(Opening opening) {
    return new Standalone(opening).manager;
  }

  private void close(Runnable manager) {
    if (!closing.compareAndSet(false, true)) {
      return; // who closes it at the same time must not take its parts away
    }
    end(dispatcher::close);
    end(manager);
    end(runners::close);
    end(threads::close);
    if (ownsEngine) {
      end(engine::close);
    }
  }

  /** One part of the closing: what fails in it must not leave the other parts open. */
  private static void end(Runnable part) {
    try {
      part.run();
    } catch (RuntimeException e) {
      LOG.error("a part could not be closed in order", e);
    }
  }
}
