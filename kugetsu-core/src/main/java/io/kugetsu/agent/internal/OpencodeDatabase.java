package io.kugetsu.agent.internal;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.process.PipeRunner;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets opencode make its database alone, once. Two first starts at a time race for it, and one of
 * them ends with "database is locked" (seen in 4 of 18 pairs with opencode 1.18; in none when the
 * database was there).
 */
public final class OpencodeDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(OpencodeDatabase.class);
  private static final Duration BOUND = Duration.ofSeconds(60);

  private OpencodeDatabase() {}

  /**
   * Sees to it that the database is there. What goes wrong is only logged: the run itself will
   * tell.
   *
   * @param program opencode
   * @param environment the run's environment
   * @param directory where the lock is; made if need be
   */
  public static void prepare(String program, Map<String, String> environment, Path directory) {
    AtomicFiles.createDirectories(directory);
    // the file is there before the database is: only under the lock is what exists whole
    try (LockFile.Held ignored = FileLocks.of(directory.resolve("opencode.lock")).lock(BOUND)) {
      if (!exists(environment)) {
        make(program, environment, directory);
      }
    } catch (KugetsuException e) {
      LOG.warn("opencode's database was not looked after: {}", e.getMessage());
    }
  }

  private static boolean exists(Map<String, String> environment) {
    Path database =
        Optional.ofNullable(environment.get("OPENCODE_DB"))
            .map(Path::of)
            .orElseGet(
                () ->
                    OpencodeConfig.dataDirectory(environment)
                        .resolve("opencode")
                        .resolve("opencode.db"));
    return Files.exists(database);
  }

  private static void make(String program, Map<String, String> environment, Path directory) {
    try (PipeRunner runner = new PipeRunner()) {
      ProcessExit exit =
          runner
              .start(
                  ProcessSpec.builder(List.of(program, "db", "path"), directory, environment)
                      .build())
              .exit()
              .toCompletableFuture()
              .get(BOUND.toSeconds(), TimeUnit.SECONDS);
      if (!exit.isSuccess()) {
        LOG.warn("opencode did not make its database: exit code {}", exit.code().orElse(-1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("opencode did not make its database", e);
    }
  }
}
