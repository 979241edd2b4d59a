package io.kugetsu.bench;

import io.kugetsu.support.TestRepository;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.CommandSpec;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Managers and commands to be measured, all of which carry this JVM's mark. */
final class Tasks {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Tasks() {}

  static BackgroundManager open(Path directory) {
    return BackgroundManager.builder(directory).environment(environment()).open();
  }

  static Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>(TestRepository.IDENTITY);
    variables.put("PATH", "/usr/bin:/bin");
    return variables;
  }

  static CommandSpec command(Path directory, String... argv) {
    return TaskSpec.command(argv)
        .in(directory)
        .inherit(environment().keySet().toArray(String[]::new))
        .grace(Duration.ofMillis(500));
  }

  static CommandSpec script(Path directory, String text) {
    return command(directory, "/bin/sh", "-c", text);
  }

  static void awaitStarted(TaskHandle task) throws Exception {
    task.started().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits for what only another process can bring about. */
  static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("what is waited for does not come");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  static void awaitEnd(TaskHandle task) {
    if (task.await(PATIENCE).isRunning()) {
      throw new IllegalStateException(task + " does not end");
    }
  }
}
