package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.notification.Notification;
import io.kugetsu.process.OutputFile;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.HostRun;
import io.kugetsu.task.HostWork;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Run;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of work of the embedding program. It ends when the program says so, never before. */
final class HostWorkRun implements Work, HostRun {
  private static final Logger LOG = LoggerFactory.getLogger(HostWorkRun.class);

  private final Run run;
  private final UnaryOperator<String> masker;
  private final BiConsumer<TaskId, String> onProgress;
  private final CompletableFuture<String> result = new CompletableFuture<>();
  private final List<Consumer<StopReason>> onStop = new ArrayList<>();
  private @Nullable StopReason stop;
  private @Nullable Thread body;
  private boolean outputClosed;

  HostWorkRun(Run run, UnaryOperator<String> masker, BiConsumer<TaskId, String> onProgress) {
    this.run = run;
    this.masker = masker;
    this.onProgress = onProgress;
  }

  void begin(HostWork work, Executor executor) {
    try {
      executor.execute(() -> call(work));
    } catch (RejectedExecutionException e) {
      fail(e);
    }
  }

  private void call(HostWork work) {
    synchronized (this) {
      body = Thread.currentThread();
      if (stop != null) {
        body.interrupt();
      }
    }
    try {
      work.start(this)
          .whenComplete(
              (answer, failure) -> {
                if (failure != null) {
                  fail(failure);
                } else if (answer == null) {
                  fail(new IllegalStateException("the work gave no answer; it may be empty"));
                } else {
                  closeOutput();
                  result.complete(answer);
                }
              });
    } catch (Exception | Error e) {
      fail(e);
    } finally {
      synchronized (this) {
        body = null;
        Thread.interrupted(); // it was meant for the work, not for what this thread does next
      }
    }
  }

  private void fail(Throwable failure) {
    closeOutput();
    result.completeExceptionally(failure);
  }

  /** Before the end is told: what is printed beside it would make files that nobody removes. */
  private synchronized void closeOutput() {
    outputClosed = true;
  }

  @Override
  public CompletionStage<Void> ended() {
    return result.handle((answer, failure) -> null);
  }

  @Override
  public void stop(StopReason reason) {
    List<Consumer<StopReason>> told;
    synchronized (this) {
      if (stop != null || result.isDone()) {
        return;
      }
      stop = reason;
      told = List.copyOf(onStop);
      if (body != null) {
        body.interrupt();
      }
    }
    told.forEach(action -> tell(action, reason));
  }

  private void tell(Consumer<StopReason> action, StopReason reason) {
    try {
      action.accept(reason);
    } catch (RuntimeException | Error e) {
      LOG.warn("the work of {} failed to take note of its stop", task(), e);
    }
  }

  @Override
  public boolean isKept() {
    return false;
  }

  @Override
  public Settlement settle(Optional<StopReason> asked) {
    String last = OutputFile.tail(outputFile(), Notification.LAST_OUTPUT, masker, true).text();
    if (asked.isPresent()) {
      Settlement stopped = Endings.stopped(asked.get());
      return Settlement.end(stopped.status(), with(stopped.outcome(), last), Optional.empty());
    }
    try {
      return Settlement.end(
          TaskStatus.COMPLETED,
          new Outcome(
              masker.apply(result.join()),
              OptionalInt.empty(),
              Optional.empty(),
              Optional.empty(),
              "",
              "",
              last),
          Optional.empty());
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String error = masker.apply(cause.toString());
      LOG.info("the work of {} failed: {}", task(), error); // its trace may hold secrets
      return Settlement.end(
          TaskStatus.FAILED, with(Outcome.failed(FailureType.WORK, error), last), Optional.empty());
    }
  }

  private static Outcome with(Outcome outcome, String lastOutput) {
    return new Outcome(
        outcome.answer(),
        outcome.exitCode(),
        outcome.signal(),
        outcome.failure(),
        outcome.error(),
        outcome.changes(),
        lastOutput);
  }

  @Override
  public TaskId task() {
    return run.task();
  }

  @Override
  public Path directory() {
    return run.directory();
  }

  @Override
  public synchronized Optional<StopReason> stopping() {
    return Optional.ofNullable(stop);
  }

  @Override
  public void onStop(Consumer<StopReason> action) {
    StopReason already;
    synchronized (this) {
      onStop.add(action);
      already = stop;
    }
    if (already != null) {
      tell(action, already);
    }
  }

  @Override
  public void progress(String text) {
    if (!result.isDone()) {
      onProgress.accept(task(), masker.apply(text));
    }
  }

  @Override
  public synchronized void print(String line) {
    if (outputClosed) {
      return;
    }
    try {
      RunFiles.append(outputFile(), (masker.apply(line) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warn("the output of {} cannot be written", task(), e);
    }
  }

  private Path outputFile() {
    return run.directory().resolve(RunFiles.OUTPUT);
  }
}
