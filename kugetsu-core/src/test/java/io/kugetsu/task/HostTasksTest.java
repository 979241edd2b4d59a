package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.LeakFree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work of the embedding program as tasks. */
@Timeout(60)
class HostTasksTest extends LeakFree {
  private static final StopReason BY_ME = StopReason.user("enough");

  @TempDir Path directory;

  @Test
  void it_completes_with_its_answer_and_what_it_printed_masked() throws Exception {
    List<String> progress = Collections.synchronizedList(new ArrayList<>());
    try (BackgroundManager tasks =
            builder(directory).environment(Map.of("A_TOKEN", "hostsecret1")).open();
        EventSubscription unused =
            tasks.subscribe(TaskEvent.Progress.class, event -> progress.add(event.text()))) {
      TaskHandle task =
          tasks.start(
              TaskSpec.host(
                  "count",
                  HostWork.of(
                      run -> {
                        run.print("one hostsecret1");
                        run.print("two");
                        run.progress("half of hostsecret1");
                        return "all of hostsecret1";
                      })));
      TaskResult result = task.await(SOON);

      assertEquals(TaskStatus.COMPLETED, result.status());
      assertEquals("count", result.info().description());
      assertEquals("all of ***MASKED***", result.finalAnswer());
      assertEquals("one ***MASKED***\ntwo\n", task.output(100));
      Until.holds("progress is told", () -> !progress.isEmpty());
      assertEquals(List.of("half of ***MASKED***"), progress);
      assertEquals(List.of(), tasks.list());
      assertFalse(Files.exists(directory.resolve("runs").resolve(task.id().value())));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what a program without such checks may do
  void without_an_answer_it_fails_and_says_so() {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskResult result = tasks.start(TaskSpec.host("mute", HostWork.of(run -> null))).await(SOON);

      assertEquals(TaskStatus.FAILED, result.status());
      assertTrue(result.outcome().error().contains("no answer"), result.outcome().error());
    }
  }

  @Test
  void it_fails_with_its_cause_masked() {
    try (BackgroundManager tasks =
        builder(directory).environment(Map.of("A_TOKEN", "hostsecret1")).open()) {
      TaskHandle atOnce =
          tasks.start(
              TaskSpec.host(
                  "fail",
                  HostWork.of(
                      run -> {
                        throw new java.io.IOException("no hostsecret1");
                      })));
      TaskHandle later =
          tasks.start(
              TaskSpec.host(
                      "fail later",
                      run ->
                          CompletableFuture.failedFuture(
                              new IllegalStateException("with hostsecret1")))
                  .background());

      for (TaskHandle task : List.of(atOnce, later)) {
        TaskResult result = task.await(SOON);
        assertEquals(TaskStatus.FAILED, result.status());
        assertEquals(Optional.of(FailureType.WORK), result.outcome().failure());
        assertTrue(result.outcome().error().contains("***MASKED***"), result.outcome()::error);
        assertTrue(result.outcome().error().contains("Exception"), result.outcome()::error);
      }
      assertEquals(List.of(later.id()), tasks.list().stream().map(TaskInfo::id).toList());
    }
  }

  @Test
  void a_stop_reaches_it_with_the_very_reason_and_it_ends_when_it_says_so() throws Exception {
    CompletableFuture<String> work = new CompletableFuture<>();
    AtomicReference<StopReason> seen = new AtomicReference<>();
    CountDownLatch told = new CountDownLatch(1);
    AtomicReference<HostRun> running = new AtomicReference<>();
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              TaskSpec.host(
                      "stubborn",
                      run -> {
                        running.set(run);
                        run.onStop(
                            reason -> {
                              seen.set(reason);
                              told.countDown();
                            });
                        return work;
                      })
                  .background());
      task.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
      Until.holds("it has begun", () -> running.get() != null);

      assertTrue(task.stop(BY_ME));

      assertTrue(told.await(30, TimeUnit.SECONDS));
      assertSame(BY_ME, seen.get());
      assertSame(BY_ME, running.get().stopping().orElseThrow());
      AtomicReference<StopReason> late = new AtomicReference<>();
      running.get().onStop(late::set);
      assertSame(BY_ME, late.get(), "who asks later is told at once");
      assertEquals(TaskStatus.STOPPING, task.await(Duration.ofMillis(50)).status());
      work.complete("done all the same");
      TaskResult result = task.await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals(Optional.of(BY_ME), result.info().stop());
    }
  }

  @Test
  void the_thread_of_a_blocking_body_is_interrupted() throws Exception {
    CountDownLatch in = new CountDownLatch(1);
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              TaskSpec.host(
                  "block",
                  HostWork.of(
                      run -> {
                        in.countDown();
                        new CountDownLatch(1).await();
                        return "";
                      })));
      assertTrue(in.await(30, TimeUnit.SECONDS));

      task.stop(BY_ME);

      assertEquals(TaskStatus.INTERRUPTED, task.await(SOON).status());
    }
  }

  @Test
  void it_goes_into_the_background_but_never_outlives_its_program() throws Exception {
    CompletableFuture<String> work = new CompletableFuture<>();
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = tasks.start(TaskSpec.host("long", run -> work));
      task.started().toCompletableFuture().get(30, TimeUnit.SECONDS);

      Detachment detachment = task.detach();

      assertEquals(Detachment.Kind.DETACHED, detachment.kind());
      assertFalse(detachment.survivesJvm());
      assertEquals(Release.Kind.DETACHED, task.awaitRelease(SOON).kind());
      work.complete("answer");
      assertEquals("answer", task.await(SOON).finalAnswer());
      assertEquals(1, tasks.list().size());
    }
  }

  @Test
  void it_holds_its_permit_until_it_has_ended() throws Exception {
    CompletableFuture<String> work = new CompletableFuture<>();
    LimitKey key = LimitKey.of("build");
    try (BackgroundManager tasks =
        builder(directory).limits(() -> Limits.none().perKey("build", 1)).open()) {
      TaskHandle first = tasks.start(TaskSpec.host("first", run -> work).limitKeys(key));
      HostSpec second = TaskSpec.host("second", HostWork.of(run -> "2")).limitKeys(key);

      LimitReachedException refused =
          assertThrows(LimitReachedException.class, () -> tasks.start(second));

      assertEquals(key, refused.key());
      first.detach();
      first.stop(BY_ME);
      assertThrows(LimitReachedException.class, () -> tasks.start(second), "it still goes on");
      assertEquals(1, tasks.active().size(), "a refusal leaves nothing");
      work.complete("");
      first.await(SOON);
      assertEquals("2", tasks.start(second).await(SOON).finalAnswer());
    }
  }

  @Test
  void closing_does_not_wait_for_ever_and_does_not_say_it_has_ended() throws Exception {
    CompletableFuture<String> work = new CompletableFuture<>();
    BackgroundManager tasks = builder(directory).open();
    TaskHandle task = tasks.start(TaskSpec.host("deaf", run -> work).background());
    task.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
    long begin = System.nanoTime();
    tasks.close();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    assertTrue(seconds < 20, seconds + " s");
    work.complete("after the close");

    try (BackgroundManager next = builder(directory).open()) {
      TaskInfo info = next.list().get(0);
      assertEquals(task.id(), info.id());
      assertEquals(TaskStatus.STOPPING, info.status(), "its program lives and nobody saw its end");
      assertEquals(StopReason.Origin.SHUTDOWN, info.stop().orElseThrow().origin());
    }
  }
}
