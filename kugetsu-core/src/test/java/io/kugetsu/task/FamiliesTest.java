package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StopReason.Origin;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.NewTask;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.LeakFree;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that starts tasks ends with the last of them. */
class FamiliesTest extends LeakFree {
  private static final Settlement ANSWERED =
      Settlement.end(
          TaskStatus.COMPLETED,
          new Outcome(
              "handed on", OptionalInt.empty(), Optional.empty(), Optional.empty(), "", "", ""),
          Optional.empty());

  @TempDir Path directory;

  private Engine engine =
      Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
  private final Scripted type = new Scripted();

  @AfterEach
  void end() {
    engine.close();
  }

  private BackgroundManager open() {
    BackgroundManager tasks = builder(directory).engine(engine).open();
    tasks.register(type);
    return tasks;
  }

  private TaskId enqueue(@Nullable TaskId parent, int priority) {
    TaskId id = TaskId.next(Clock.systemUTC());
    engine
        .tasks()
        .enqueue(
            new NewTask(
                    id,
                    type.kind(),
                    true,
                    priority,
                    Set.of(),
                    null,
                    null,
                    null,
                    null,
                    Map.of(),
                    List.of())
                .childOf(parent, SpawnLimits.DEFAULT));
    return id;
  }

  private List<String> notices(TaskId task) {
    return engine.notifications().list(false).stream()
        .filter(it -> it.id().startsWith(task.value()))
        .map(it -> it.fields().get("type"))
        .filter(it -> it.equals("task_completed") || it.equals("task_error"))
        .toList();
  }

  @Test
  void it_completes_when_all_of_them_have() throws Exception {
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      TaskId parent = enqueue(null, 0);
      Scripted.Try own = type.next();
      TaskId child = enqueue(parent, 0);
      Scripted.Try first = type.next();
      TaskId other = enqueue(child, 0);
      Scripted.Try second = type.next();
      own.end(ANSWERED);
      heard.await(TaskEvent.Awaiting.class, parent);
      assertEquals(TaskStatus.AWAITING, tasks.find(parent).orElseThrow().info().status());
      assertTrue(tasks.active().stream().anyMatch(it -> it.id().equals(parent)), "it is active");
      assertTrue(tasks.find(parent).orElseThrow().await(Duration.ZERO).isRunning());
      assertEquals(List.of(), notices(parent));
      first.end(Scripted.DONE);
      heard.await(TaskEvent.Awaiting.class, child);
      second.end(Scripted.DONE);
      TaskResult end = tasks.find(parent).orElseThrow().await(SOON);
      assertEquals(TaskStatus.COMPLETED, end.status());
      assertEquals("handed on", end.finalAnswer());
      assertEquals(1, end.info().attempts());
      assertEquals(TaskStatus.COMPLETED, tasks.find(child).orElseThrow().info().status());
      assertEquals(List.of("task_completed"), notices(parent));
      heard.await(TaskEvent.Terminal.class, parent);
      heard.catchUp(tasks);
      assertEquals(List.of("Started", "Awaiting", "Terminal"), heard.of(parent));
      assertEquals(List.of("Started", "Terminal"), heard.of(other));
    }
  }

  @Test
  void it_fails_when_one_of_them_does_and_says_which() throws Exception {
    try (BackgroundManager tasks = open()) {
      TaskId parent = enqueue(null, 0);
      Scripted.Try own = type.next();
      TaskId good = enqueue(parent, 1);
      Scripted.Try first = type.next();
      TaskId bad = enqueue(parent, 0);
      Scripted.Try second = type.next();
      assertEquals(good, first.run.task());
      second.end(Settlement.failed(FailureType.AGENT_ERROR, "no"));
      tasks.find(bad).orElseThrow().await(SOON);
      own.end(ANSWERED);
      first.end(Scripted.DONE);
      TaskResult end = tasks.find(parent).orElseThrow().await(SOON);
      assertEquals(TaskStatus.FAILED, end.status());
      assertEquals(Optional.of(FailureType.CHILD), end.outcome().failure());
      assertEquals("a child failed: " + bad, end.outcome().error());
      assertEquals("handed on", end.finalAnswer());
      assertEquals(List.of("task_error"), notices(parent));
    }
  }

  @Test
  void its_own_failure_counts_more() throws Exception {
    try (BackgroundManager tasks = open()) {
      TaskId parent = enqueue(null, 0);
      Scripted.Try own = type.next();
      enqueue(parent, 0);
      Scripted.Try child = type.next();
      own.end(Settlement.failed(FailureType.AGENT_ERROR, "its own"));
      child.end(Settlement.failed(FailureType.AGENT_ERROR, "the child's"));
      TaskResult end = tasks.find(parent).orElseThrow().await(SOON);
      assertEquals("its own", end.outcome().error());
      assertEquals(Optional.of(FailureType.AGENT_ERROR), end.outcome().failure());
    }
  }

  @Test
  void a_stop_ends_all_that_it_started() throws Exception {
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      TaskId parent = enqueue(null, 0);
      type.next();
      TaskId child = enqueue(parent, 0);
      type.next();
      engine
          .keys()
          .change(
              LimitKey.root(parent),
              state -> state.pause(new KeyState.Pause("", Instant.EPOCH, null)));
      TaskId waits = enqueue(child, 0);
      assertTrue(tasks.find(parent).orElseThrow().stop("enough"));
      assertEquals(TaskStatus.INTERRUPTED, tasks.find(parent).orElseThrow().await(SOON).status());
      TaskResult stopped = tasks.find(child).orElseThrow().await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, stopped.status());
      assertEquals(Origin.PARENT, stopped.info().stop().map(StopReason::origin).orElseThrow());
      assertEquals(TaskStatus.CANCELLED, tasks.find(waits).orElseThrow().await(SOON).status());
      heard.await(TaskEvent.Terminal.class, parent);
      heard.catchUp(tasks);
      assertEquals(List.of("Terminal"), heard.of(waits));
      assertEquals(List.of("Started", "Stopping", "Terminal"), heard.of(child));
    }
  }

  @Test
  void one_that_only_awaits_can_be_stopped() throws Exception {
    try (BackgroundManager tasks = open()) {
      Heard heard = new Heard(tasks);
      TaskId parent = enqueue(null, 0);
      Scripted.Try own = type.next();
      TaskId child = enqueue(parent, 0);
      type.next();
      own.end(ANSWERED);
      heard.await(TaskEvent.Awaiting.class, parent);
      assertTrue(tasks.find(parent).orElseThrow().stop("enough"));
      TaskResult end = tasks.find(parent).orElseThrow().await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, end.status());
      assertEquals("enough", end.outcome().error());
      assertEquals(TaskStatus.INTERRUPTED, tasks.find(child).orElseThrow().await(SOON).status());
    }
  }

  /** The program that ran it is gone, whoever comes next settles it. */
  @Test
  void another_instance_settles_it() throws Exception {
    engine.close();
    engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
    TaskId parent;
    Scripted.Try child;
    try (BackgroundManager other = open()) {
      Heard heard = new Heard(other);
      parent = enqueue(null, 0);
      Scripted.Try own = type.next();
      enqueue(parent, 0);
      child = type.next();
      own.end(ANSWERED);
      heard.await(TaskEvent.Awaiting.class, parent);
    }
    assertEquals(
        TaskStatus.AWAITING, engine.tasks().find(parent).orElseThrow().status(), "nobody is left");
    assertTrue(child.run.isStopping());
    try (BackgroundManager tasks = open()) {
      TaskResult end = tasks.find(parent).orElseThrow().await(SOON);
      assertEquals(TaskStatus.FAILED, end.status());
      assertEquals("a child failed: " + child.run.task(), end.outcome().error());
    }
  }
}
