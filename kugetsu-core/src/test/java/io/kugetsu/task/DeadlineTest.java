package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.CommandSpec.Runner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The time of real commands, in the foreground and in the background. */
@Timeout(120)
class DeadlineTest extends LeakFree {
  private static final Duration SHORT = Duration.ofMillis(250);
  private static final String TREE = "sleep 600 & setsid sleep 600 & echo up; sleep 600";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Runner.class)
  void when_its_time_is_over_it_is_ended_with_its_tree(Runner runner) {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(sh(directory, TREE).deadline(SHORT).background().runner(runner));

      assertTimedOut(task);
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void first_it_goes_into_the_background_and_then_it_is_ended(Runner runner) throws Exception {
    List<TaskEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (BackgroundManager tasks = builder(directory).open()) {
      try (EventSubscription unused = tasks.subscribe(TaskEvent.Detached.class, events::add)) {
        TaskHandle task =
            tasks.start(
                sh(directory, TREE)
                    .deadline(SHORT)
                    .onDeadline(TaskSpec.OnDeadline.DETACH)
                    .deadlineOnceDetached(SHORT)
                    .runner(runner));

        Release release = task.awaitRelease(SOON);

        assertEquals(Release.Kind.DEADLINE_DETACHED, release.kind());
        assertEquals(task.id(), release.task());
        assertTrue(release.result().info().detached());
        assertTimedOut(task);
        assertEquals(1, tasks.list().size());
        Until.holds("it is told", () -> events.size() == 1);
        assertTrue(((TaskEvent.Detached) events.get(0)).byDeadline());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void no_deadline_and_an_endless_one_never_come(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = builder(directory).open()) {
      for (Duration time : List.of(Duration.ZERO, Duration.ofSeconds(Long.MAX_VALUE))) {
        TaskHandle task =
            tasks.start(
                sh(directory, "read x <gate; exit 6")
                    .deadline(time)
                    .deadlineOnceDetached(time)
                    .runner(runner));
        assertEquals(Release.Kind.WAITING, task.awaitRelease(SHORT).kind());
        task.detach();
        assertTrue(task.await(SHORT).isRunning());
        gate.write("go");
        assertEquals(OptionalInt.of(6), task.await(SOON).exitCode());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void an_exit_when_the_time_is_over_ends_it_once(Runner runner) throws Exception {
    List<TaskEvent> ends = Collections.synchronizedList(new ArrayList<>());
    int rounds = 20;
    int timedOut = 0;
    try (BackgroundManager tasks = builder(directory).open()) {
      try (EventSubscription unused = tasks.subscribe(TaskEvent.Terminal.class, ends::add)) {
        for (int round = 0; round < rounds; round++) {
          TaskHandle task =
              tasks.start(
                  sh(directory, "sleep 0.1; exit 5")
                      .deadline(Duration.ofMillis(90 + round * 3))
                      .runner(runner));
          TaskResult result = task.await(SOON);
          if (result.status() == TaskStatus.TIMED_OUT) {
            timedOut++;
            assertEquals(Optional.of(FailureType.DEADLINE), result.outcome().failure());
          } else {
            assertEquals(TaskStatus.FAILED, result.status());
            assertEquals(OptionalInt.of(5), result.exitCode());
          }
          assertFalse(task.stop("too late"));
        }
        Until.holds("each end is told", () -> ends.size() >= rounds);
      }
    }
    assertEquals(rounds, ends.size(), timedOut + " timed out");
  }

  private static void assertTimedOut(TaskHandle task) {
    TaskResult result = task.await(SOON);
    assertEquals(TaskStatus.TIMED_OUT, result.status());
    assertEquals(Optional.of(FailureType.DEADLINE), result.outcome().failure());
    assertEquals(
        Optional.of(StopReason.Origin.DEADLINE), result.info().stop().map(StopReason::origin));
    assertEquals(List.of(), OsProcesses.of(task.id() + ".1"));
  }
}
