package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.TaskId;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.internal.Insides;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for one, any and all; a wait that is over changes nothing and leaves nothing. */
class WaitsTest extends LeakFree {
  @TempDir Path directory;
  private BackgroundManager tasks;

  @BeforeEach
  void open() {
    tasks = builder(directory).open();
  }

  @AfterEach
  void close() throws InterruptedException {
    tasks.close();
  }

  @Test
  void there_is_nothing_to_wait_for() {
    assertEquals(new EndedTasks(List.of(), List.of()), tasks.awaitAny(List.of(), SOON));
    assertTrue(tasks.awaitAll(info -> true, SOON));
  }

  @Test
  void without_names_those_in_the_background_at_that_moment_count() throws Exception {
    Held first = Held.obedient();
    Held front = Held.obedient();
    Held later = Held.obedient();
    TaskHandle task = tasks.start(first.spec().background());
    TaskHandle foreground = tasks.start(front.spec());
    CompletableFuture<EndedTasks> any = inBackground(() -> tasks.awaitAny(List.of(), SOON));
    awaitWaiting();

    TaskHandle late = tasks.start(later.spec().background());
    later.result.complete("");
    late.await(SOON);
    front.result.complete("");
    foreground.await(SOON);
    assertFalse(any.isDone());

    first.result.complete("");
    EndedTasks ended = any.get();
    assertEquals(List.of(task.id()), ids(ended));
    assertEquals(List.of(), ended.open());
  }

  @Test
  void named_tasks_are_told_apart_in_the_order_of_their_ends() throws Exception {
    Held one = Held.obedient();
    Held two = Held.obedient();
    Held three = Held.obedient();
    TaskHandle first = tasks.start(one.spec());
    TaskHandle second = tasks.start(two.spec().background());
    TaskHandle third = tasks.start(three.spec().background());
    List<TaskId> all = List.of(first.id(), second.id(), third.id());

    EndedTasks none = tasks.awaitAny(all, Duration.ZERO);
    assertEquals(List.of(), none.ended());
    assertEquals(all, none.open().stream().map(TaskInfo::id).toList());

    three.result.complete("");
    third.await(SOON);
    two.result.complete("");
    second.await(SOON);
    EndedTasks two1 = tasks.awaitAny(all, SOON);
    assertEquals(List.of(third.id(), second.id()), ids(two1));
    assertEquals(List.of(first.id()), two1.open().stream().map(TaskInfo::id).toList());
    one.result.complete("");
    first.await(SOON);
    assertEquals(List.of(0, 0), Insides.awaitNothingHeld(tasks));
  }

  @Test
  void a_task_that_nobody_knows_is_refused_and_leaves_no_wait() throws Exception {
    Held work = Held.obedient();
    TaskHandle task = tasks.start(work.spec());
    TaskId unknown = TaskId.next(Clock.systemUTC());
    assertThrows(
        InvalidRequestException.class, () -> tasks.awaitAny(List.of(task.id(), unknown), SOON));
    assertEquals(List.of(1, 1), Insides.held(tasks));
    work.result.complete("");
    task.await(SOON);
    assertEquals(List.of(0, 0), Insides.awaitNothingHeld(tasks));
  }

  @Test
  void a_task_in_the_foreground_may_end_while_it_is_asked_for() throws Exception {
    for (int i = 0; i < 50; i++) {
      Held work = Held.obedient();
      TaskHandle task = tasks.start(work.spec());
      CompletableFuture<EndedTasks> any =
          inBackground(
              () -> {
                EndedTasks now;
                do {
                  now = tasks.awaitAny(List.of(task.id()), Duration.ZERO);
                } while (now.ended().isEmpty());
                return now;
              });
      work.run();
      work.result.complete("");
      try {
        assertEquals(List.of(task.id()), ids(any.get()));
      } catch (ExecutionException e) {
        // asked for again after nothing was left of it
        assertEquals(InvalidRequestException.class, e.getCause().getClass());
      }
    }
  }

  @Test
  void all_means_those_too_that_come_while_it_waits() throws Exception {
    Held second = Held.obedient();
    Held first = Held.obedient();
    TaskHandle task = tasks.start(first.spec().background());
    CompletableFuture<TaskHandle> other = new CompletableFuture<>();
    // as work does that hands over to other work before it ends
    CompletableFuture<Void> handing = first.result.thenRun(() -> {});
    HostWork parent =
        run ->
            handing.thenApply(
                any -> {
                  other.complete(tasks.start(second.spec().background()));
                  return "";
                });
    tasks.start(TaskSpec.host("parent", parent).background());
    CompletableFuture<Boolean> all = inBackground(() -> tasks.awaitAll(info -> true, SOON));
    awaitWaiting();
    first.result.complete("");
    task.await(SOON);
    other.get();
    assertFalse(tasks.awaitAll(info -> true, Duration.ZERO));
    assertFalse(all.isDone());
    second.result.complete("");
    assertTrue(all.get());
  }

  @Test
  void only_what_matters_is_waited_for() throws Exception {
    Held work = Held.obedient();
    TaskHandle task = tasks.start(work.spec().background());
    assertTrue(tasks.awaitAll(info -> !info.id().equals(task.id()), SOON));
    assertFalse(tasks.awaitAll(info -> true, Duration.ofMillis(20)));
    assertFalse(tasks.awaitAll(info -> true, Duration.ofSeconds(-1)));
    task.stop("");
    assertTrue(tasks.awaitAll(info -> true, SOON));
  }

  @Test
  void a_time_out_is_no_error_and_as_long_as_it_has_to_be() throws Exception {
    Held work = Held.obedient();
    TaskHandle task = tasks.start(work.spec());
    assertTrue(task.await(Duration.ZERO).isRunning());
    assertTrue(task.await(Duration.ofMillis(5)).isRunning());
    assertTrue(task.await(Duration.ofSeconds(-5)).isRunning());
    assertEquals(Release.Kind.WAITING, task.awaitRelease(Duration.ofMillis(5)).kind());
    CompletableFuture<TaskResult> ages =
        inBackground(() -> task.await(Duration.ofSeconds(Long.MAX_VALUE)));
    CompletableFuture<Boolean> all =
        inBackground(() -> tasks.awaitAll(info -> true, Duration.ofSeconds(Long.MAX_VALUE)));
    awaitWaiting();
    assertFalse(ages.isDone() || all.isDone());
    assertFalse(work.stop.isDone());
    work.result.complete("");
    assertTrue(ages.get().isSuccess());
    assertTrue(all.get());
  }

  @Test
  void an_interrupt_ends_the_wait_only() throws Exception {
    Held work = Held.obedient();
    TaskHandle task = tasks.start(work.spec().background());
    List<Supplier<Object>> waits =
        List.of(
            () -> task.await(SOON),
            task::await,
            () -> task.awaitRelease(SOON), // is released at once: in the background it is already
            () -> tasks.awaitAny(List.of(task.id()), SOON),
            () -> tasks.awaitAll(info -> true, SOON));
    for (Supplier<Object> wait : waits) {
      Thread.currentThread().interrupt();
      try {
        assertEquals(Release.Kind.DETACHED, ((Release) wait.get()).kind());
      } catch (InterruptedWaitException e) {
        assertTrue(Thread.currentThread().isInterrupted(), "the flag is kept");
      } finally {
        Thread.interrupted();
      }
    }
    assertTrue(task.await(Duration.ZERO).isRunning());
    assertFalse(work.stop.isDone());
    task.stop("");
    task.await(SOON);
    assertEquals(List.of(0, 0), Insides.awaitNothingHeld(tasks));
  }

  @Test
  void closing_ends_every_wait() throws Exception {
    Held work = Held.stubborn();
    TaskHandle task = tasks.start(work.spec().background());
    List<CompletableFuture<?>> waits =
        List.of(
            inBackground(() -> tasks.awaitAll(info -> true, SOON)),
            task.completion()
                .handle(
                    (end, failure) -> {
                      if (failure == null) {
                        throw new AssertionError("ended");
                      }
                      throw (RuntimeException)
                          (failure.getCause() == null ? failure : failure.getCause());
                    })
                .toCompletableFuture());
    work.run();
    CompletableFuture<Void> closing =
        inBackground(
            () -> {
              tasks.close();
              return null;
            });
    for (CompletableFuture<?> wait : waits) {
      ExecutionException e = assertThrows(ExecutionException.class, wait::get);
      assertEquals(ClosedException.class, e.getCause().getClass());
    }
    closing.get();
    work.result.complete("");
  }

  /** A callback that never comes back delays neither waits nor other callbacks. */
  @Test
  void a_callback_that_blocks_delays_nobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Held work = Held.obedient();
    TaskHandle task = tasks.start(work.spec().background());
    CountDownLatch blocked = new CountDownLatch(1);
    task.completion()
        .thenRun(
            () -> {
              blocked.countDown();
              try {
                assertTrue(never.await(60, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    work.result.complete("");
    assertTrue(blocked.await(30, TimeUnit.SECONDS));
    assertTrue(task.await(SOON).isSuccess());
    assertTrue(tasks.awaitAll(info -> true, SOON));
    task.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
    never.countDown();
  }

  private static List<TaskId> ids(EndedTasks ended) {
    return ended.ended().stream().map(result -> result.info().id()).toList();
  }

  private static <T> CompletableFuture<T> inBackground(Supplier<T> call) {
    return CompletableFuture.supplyAsync(
        call, action -> new Thread(action, "waiting-test").start());
  }

  /** Until every thread that was started to wait does. */
  private static void awaitWaiting() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 1000; i++) {
      boolean all =
          Thread.getAllStackTraces().keySet().stream()
              .filter(it -> it.getName().equals("waiting-test"))
              .allMatch(it -> it.getState() == Thread.State.TIMED_WAITING);
      if (all) {
        return;
      }
      assertFalse(never.await(5, TimeUnit.MILLISECONDS));
    }
    throw new AssertionError("nobody waits");
  }
}
