package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.CommandSpec.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A task in the foreground, and its way into the background. */
class ForegroundTest extends LeakFree {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Runner.class)
  void a_command_ends_with_what_it_wrote_and_leaves_nothing(Runner runner) throws Exception {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = tasks.start(sh(directory, "echo out; echo err >&2; exit 3").runner(runner));
      TaskResult result = task.await(SOON);

      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals(Optional.of(FailureType.EXIT_CODE), result.outcome().failure());
      assertEquals(OptionalInt.of(3), result.exitCode());
      assertEquals("out\nerr\n", task.output(100));
      assertEquals(Release.Kind.TERMINAL, task.awaitRelease(Duration.ZERO).kind());
      assertEquals(List.of(), tasks.list());
      assertEquals(List.of(), files("runs"));
      assertEquals(List.of(), files("tasks/running"));
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void detaching_releases_the_waiter_and_keeps_the_task(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(sh(directory, "echo before; read x <gate; echo after").runner(runner));
      assertEquals(Release.Kind.WAITING, task.awaitRelease(Duration.ZERO).kind());
      assertEquals(1, tasks.foreground().size());
      task.started().toCompletableFuture().get();

      Detachment first = task.detach();
      Detachment second = task.detach();

      assertEquals(Detachment.Kind.DETACHED, first.kind());
      assertEquals(task.id(), first.task());
      assertEquals(runner == Runner.SUPERVISED, first.survivesJvm());
      assertEquals(Detachment.Kind.ALREADY, second.kind());
      assertEquals(Release.Kind.DETACHED, task.awaitRelease(SOON).kind());
      assertEquals(List.of(), tasks.foreground());
      assertTrue(tasks.active().get(0).detached());
      gate.write("go");
      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
      assertEquals("before\nafter\n", task.output(100));
      assertEquals(1, tasks.list().size());
      assertEquals(Detachment.Kind.ENDED, task.detach().kind());
    }
  }

  @Test
  void who_starts_in_the_background_waits_for_nothing() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = tasks.start(sh(directory, "read x <gate").background());

      assertEquals(Release.Kind.DETACHED, task.awaitRelease(Duration.ZERO).kind());

      gate.write("go");
      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
    }
  }

  @Test
  void the_callers_cancellation_counts_before_the_detaching_and_never_after() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    Cancellation signal = new Cancellation();
    StopReason reason = new StopReason(StopReason.Origin.MODEL, "changed its mind");
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle stopped = tasks.start(sh(directory, "sleep 600").cancelledBy(signal));
      TaskHandle detached = tasks.start(sh(directory, "read x <gate").cancelledBy(signal));
      stopped.started().toCompletableFuture().get();
      detached.detach();

      signal.cancel(reason);

      TaskResult result = stopped.await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals(reason, result.info().stop().orElseThrow());
      assertFalse(detached.await(Duration.ZERO).status().isTerminal());
      gate.write("go");
      assertEquals(TaskStatus.COMPLETED, detached.await(SOON).status());
      assertSame(reason, signal.reason().orElseThrow());
    }
  }

  private List<String> files(String below) throws IOException {
    Path root = directory.resolve(below);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(it -> !it.equals(root)).map(Path::toString).toList();
    }
  }
}
