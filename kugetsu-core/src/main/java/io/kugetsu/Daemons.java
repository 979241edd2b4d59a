package io.kugetsu;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.queue.internal.BackgroundDaemon;
import io.kugetsu.queue.internal.DaemonFiles;
import io.kugetsu.queue.internal.DaemonLaunch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The background dispatcher as an instance sees it. */
final class Daemons {
  private static final Logger LOG = LoggerFactory.getLogger(Daemons.class);

  private Daemons() {}

  /** Refuses what could not work, before anything is opened. */
  static void check(KugetsuBuilder builder) {
    boolean own = builder.agent != null || builder.engine != null;
    if (builder.startDaemon && own && builder.daemonCommand.isEmpty()) {
      throw new InvalidRequestException(
          "an agent or an engine that is declared in code is not known to the dispatcher that"
              + " startDaemon(true) starts; name a program with daemonCommand(…) that calls"
              + " runDaemon() on a builder like this one");
    }
  }

  static BackgroundDaemon of(KugetsuBuilder builder, Path directory, Engine engine, Runnable open) {
    Map<String, String> variables = builder.variables();
    List<String> command =
        builder.daemonCommand.isEmpty()
            ? DaemonLaunch.ownCommand(DaemonMain.class)
            : builder.daemonCommand;
    return new BackgroundDaemon(
        new DaemonLaunch(
            new DaemonFiles(directory),
            command,
            variables,
            builder.repository.toAbsolutePath(),
            Optional.ofNullable(builder.limits),
            builder.spawnLimits.running()),
        () -> elected(engine),
        builder.daemonIdle,
        SecretMasker.of(variables),
        open);
  }

  /** A message that was accepted just before the closing needs somebody who starts it too. */
  private static Optional<Elected> elected(Engine engine) {
    try {
      return engine.elected();
    } catch (ClosedException e) {
      return Optional.empty();
    }
  }

  /**
   * What follows each acceptance of a message: somebody has to be there who starts it. The message
   * is accepted whatever becomes of that.
   */
  static Consumer<TaskRecord> starting(KugetsuBuilder builder, BackgroundDaemon daemon) {
    if (!builder.startDaemon || builder.dispatch) {
      return record -> {};
    }
    return record -> {
      try {
        daemon.ensure(record.kind());
      } catch (StorageException e) {
        LOG.warn("{} waits for somebody who dispatches: {}", record.id(), e.getMessage());
      }
    };
  }
}
