package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.NewTask;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Work that waits in the line and can be tried again, as agents' work is, under a test's control.
 */
final class Scripted implements WorkType {
  static final Settlement AGAIN =
      new Settlement(TaskStatus.PENDING, Outcome.NONE, true, Duration.ZERO, Optional.empty());
  static final Settlement DONE =
      Settlement.end(TaskStatus.COMPLETED, Outcome.NONE, Optional.empty());

  private final BlockingQueue<Try> tries = new LinkedBlockingQueue<>();
  volatile boolean fails;

  @Override
  public String kind() {
    return "test.scripted";
  }

  @Override
  public Work start(Run run) {
    if (fails) {
      throw new IllegalStateException("cannot begin");
    }
    run.started(run.self(), Map.of());
    Try begun = new Try(run);
    tries.add(begun);
    return begun;
  }

  @Override
  public Work adopt(Run run) {
    Try over = new Try(run);
    over.end(Settlement.end(TaskStatus.LOST, Outcome.NONE, Optional.empty()));
    return over;
  }

  static TaskId enqueue(Engine engine, Map<String, String> input, LimitKey... keys) {
    TaskId id = TaskId.next(Clock.systemUTC());
    engine
        .tasks()
        .enqueue(
            new NewTask(
                id,
                "test.scripted",
                true,
                0,
                Set.of(keys),
                null,
                null,
                null,
                null,
                input,
                List.of()));
    return id;
  }

  /** The next that begins. */
  Try next() throws InterruptedException {
    Try begun = tries.poll(30, TimeUnit.SECONDS);
    assertNotNull(begun, "nothing begins");
    return begun;
  }

  /** One epoch. */
  static final class Try implements Work {
    final Run run;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile Settlement settlement = DONE;

    Try(Run run) {
      this.run = run;
    }

    void end(Settlement how) {
      settlement = how;
      ended.complete(null);
    }

    @Override
    public CompletionStage<Void> ended() {
      return ended;
    }

    @Override
    public void stop(StopReason reason) {
      ended.complete(null);
    }

    @Override
    public Settlement settle(Optional<StopReason> stop) {
      return stop.isPresent()
          ? Settlement.end(
              TaskStatus.INTERRUPTED,
              Outcome.failed(FailureType.STOPPED, "stopped"),
              Optional.empty())
          : settlement;
    }
  }
}
