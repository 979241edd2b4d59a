package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.CommandSpec.Runner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a closing ends, and what it leaves to the next manager. */
@Timeout(60)
class CloseTest extends LeakFree {
  @TempDir Path directory;

  @Test
  void supervised_background_commands_go_on_and_all_else_ends() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    Fifo other = Fifo.create(directory.resolve("other"));
    BackgroundManager tasks = builder(directory).open();
    TaskHandle goesOn =
        tasks.start(sh(directory, "echo one; read x <gate; echo two; exit 7").background());
    TaskHandle detached = tasks.start(sh(directory, "read x <other; exit 8"));
    List<TaskHandle> end = new ArrayList<>();
    end.add(tasks.start(sh(directory, "sleep 600 & setsid sleep 600 & wait")));
    end.add(tasks.start(sh(directory, "sleep 600 & wait").runner(Runner.PIPES)));
    end.add(tasks.start(sh(directory, "sleep 600 & wait").runner(Runner.PIPES).background()));
    end.add(
        tasks.start(
            TaskSpec.host(
                    "block",
                    HostWork.of(
                        run -> {
                          new CountDownLatch(1).await();
                          return "";
                        }))
                .background()));
    for (TaskHandle each : end) {
      each.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
    goesOn.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
    detached.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertTrue(detached.detach().survivesJvm());
    CompletableFuture<TaskResult> waits = goesOn.completion().toCompletableFuture();

    long begin = System.nanoTime();
    tasks.close();
    tasks.close();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);

    assertTrue(seconds < 30, seconds + " s");
    assertInstanceOf(
        ClosedException.class, assertThrows(ExecutionException.class, waits::get).getCause());
    for (TaskHandle each : end) {
      assertEquals(List.of(), OsProcesses.of(each.id() + ".1"));
    }
    assertEquals(2, OsProcesses.marked().values().stream().distinct().count());
    assertEquals(List.of(), threads(), "threads after the close");
    assertAllClosed(tasks, goesOn);

    try (BackgroundManager next = builder(directory).open()) {
      assertEquals(2, next.active().size());
      gate.write("go");
      other.write("go");
      TaskHandle found = next.find(goesOn.id()).orElseThrow();
      assertEquals(7, found.await(SOON).exitCode().orElseThrow());
      assertEquals("one\ntwo\n", found.output(100));
      assertEquals(8, next.find(detached.id()).orElseThrow().await(SOON).exitCode().orElseThrow());
      for (TaskHandle each : end.subList(2, 4)) {
        assertEquals(TaskStatus.INTERRUPTED, next.find(each.id()).orElseThrow().info().status());
      }
      for (TaskHandle each : end.subList(0, 2)) {
        assertTrue(next.find(each.id()).isEmpty(), "nothing is kept of the foreground");
      }
    }
  }

  private static void assertAllClosed(BackgroundManager tasks, TaskHandle task) {
    List<Executable> calls =
        List.of(
            () -> tasks.start(TaskSpec.command("true")),
            () -> tasks.find(task.id()),
            tasks::active,
            tasks::foreground,
            tasks::list,
            () -> tasks.awaitAny(List.of(), Duration.ZERO),
            () -> tasks.awaitAll(any -> true, Duration.ZERO),
            () -> tasks.subscribe(TaskEvent.class, any -> {}),
            tasks::prune,
            () -> tasks.capabilities(Runner.SUPERVISED),
            () -> task.await(Duration.ZERO),
            task::await,
            task::info,
            task::detach,
            () -> ended(task.completion()),
            () -> ended(task.released()),
            () -> task.awaitRelease(Duration.ZERO),
            () -> task.stop("late"),
            task::output,
            () -> task.output(10),
            () -> task.output(0, 10),
            () -> task.follow(0, page -> {}));
    for (int i = 0; i < calls.size(); i++) {
      assertThrows(ClosedException.class, calls.get(i), "call " + i);
    }
  }

  private static void ended(CompletionStage<?> stage) throws Throwable {
    try {
      stage.toCompletableFuture().get(0, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("kugetsu-"))
        .toList();
  }
}
