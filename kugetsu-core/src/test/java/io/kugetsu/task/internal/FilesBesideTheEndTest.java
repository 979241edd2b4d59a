package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.NewTask;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.Run;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.task.Until;
import io.kugetsu.task.Work;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of a task in the foreground go with its end: who is about to write one at that moment
 * is first, or writes none.
 */
@Timeout(60)
class FilesBesideTheEndTest extends LeakFree {
  @TempDir Path directory;

  /** Does something beside the caller, as far as that comes without the caller. */
  private static Thread beside(Runnable step) {
    Thread thread = new Thread(step, "beside");
    thread.start();
    Until.waits(thread);
    return thread;
  }

  @Test
  void what_is_told_to_be_in_the_background_ends_there() throws Exception {
    AtomicReference<LiveRun> run = new AtomicReference<>();
    AtomicReference<Thread> ending = new AtomicReference<>();
    AtomicBoolean endedBehind = new AtomicBoolean();
    Work work =
        new Untold() {
          @Override
          public boolean detach() {
            ending.set(
                beside(
                    () -> {
                      run.get().ended(this);
                      endedBehind.set(run.get().isDetached());
                    }));
            return true;
          }
        };
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      run.set(run(engine));
      run.get().begun(work);
      boolean behind = run.get().detach(false);
      ending.get().join();
      assertTrue(behind);
      assertTrue(endedBehind.get());
      assertFalse(run.get().detach(false), "a detaching after the end");
    }
  }

  @Test
  void what_was_detached_before_it_began_is_told_so_before_its_end() throws Exception {
    AtomicReference<LiveRun> run = new AtomicReference<>();
    AtomicReference<Thread> ending = new AtomicReference<>();
    AtomicBoolean endedBefore = new AtomicBoolean();
    Work work =
        new Untold() {
          @Override
          public boolean detach() {
            ending.set(beside(() -> run.get().ended(this)));
            endedBefore.set(run.get().hasEnded());
            return true;
          }
        };
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      run.set(run(engine));
      assertTrue(run.get().detach(false));
      run.get().begun(work);
      ending.get().join();
      assertFalse(endedBefore.get());
      assertTrue(run.get().hasEnded());
    }
  }

  @Test
  void what_ends_before_it_is_handed_in_is_told_that_it_was_detached() throws Exception {
    AtomicInteger told = new AtomicInteger();
    Work work =
        new Untold() {
          @Override
          public boolean detach() {
            told.incrementAndGet();
            return true;
          }
        };
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      LiveRun run = run(engine);
      assertTrue(run.detach(false));
      run.ended(work);
      assertEquals(1, told.get(), "before its end is told");
      run.begun(work);
      assertEquals(1, told.get(), "after its end: its files may have been removed");
    }
  }

  /** Its timer would go on for ever, as nobody ends the watching any more. */
  @Test
  void nobody_begins_to_watch_what_is_let_go_of() throws Exception {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      LiveRun run = run(engine);
      run.begun(new Untold() {});
      assertEquals(Optional.empty(), run.watching().end());
      assertEquals(Optional.empty(), run.watching().begin(() -> mock(RunWatch.class)));
    }
  }

  @Test
  void a_line_is_written_before_the_end_or_not_at_all() throws Exception {
    Run run = mock(Run.class);
    when(run.directory()).thenReturn(directory);
    CompletableFuture<String> result = new CompletableFuture<>();
    AtomicReference<Thread> ending = new AtomicReference<>();
    AtomicBoolean endedBefore = new AtomicBoolean();
    AtomicReference<HostWorkRun> work = new AtomicReference<>();
    work.set(
        new HostWorkRun(
            run,
            line -> {
              ending.compareAndSet(null, beside(() -> result.complete("")));
              endedBefore.set(work.get().ended().toCompletableFuture().isDone());
              return line;
            },
            (task, text) -> {}));
    work.get().begin(started -> result, Runnable::run);

    work.get().print("the last");
    ending.get().join();
    work.get().print("too late");

    assertFalse(endedBefore.get());
    assertEquals("the last\n", Files.readString(directory.resolve(RunFiles.OUTPUT)));
  }

  /** Its program is gone, and it may have to end with it. */
  @Test
  void what_is_taken_over_is_not_detached_before_that_is_known() throws Exception {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      Claim claim = claim(engine);
      LiveRun run = run(engine, new Claim(claim.token(), claim.task(), true));
      assertFalse(run.detach(false));
      assertFalse(run.isDetached());
      run.begun(new Untold() {});
      assertTrue(run.detach(false));
    }
  }

  private LiveRun run(Engine engine) {
    return run(engine, claim(engine));
  }

  private LiveRun run(Engine engine, Claim claim) {
    ManualTimers timers = new ManualTimers();
    return new LiveRun(
        engine.tasks(),
        Clock.systemUTC(),
        claim,
        directory,
        mock(RunListener.class),
        new RunEvents(new EventBus(Runnable::run), false),
        new Attendance(
            new TaskOptions(
                Duration.ZERO,
                Duration.ZERO,
                TaskSpec.OnDeadline.STOP,
                Duration.ZERO,
                Duration.ZERO),
            timers,
            null),
        Keeping.WITH_JVM);
  }

  private static Claim claim(Engine engine) {
    TaskId id = TaskId.next(Clock.systemUTC());
    engine
        .tasks()
        .enqueue(
            new NewTask(id, "a", false, 0, Set.of(), null, null, null, null, Map.of(), List.of()));
    return engine
        .tasks()
        .claim(
            new ClaimRequest(
                Engines.newOwner(), Set.of("a"), Limits.none(), 1, null, task -> List.of()))
        .get(0);
  }

  /** Work of whose end nobody is told. */
  private abstract static class Untold implements Work {
    @Override
    public CompletionStage<Void> ended() {
      return new CompletableFuture<>();
    }

    @Override
    public void stop(StopReason reason) {}

    @Override
    public Settlement settle(Optional<StopReason> stop) {
      throw new IllegalStateException("nobody was told of an end");
    }
  }
}
