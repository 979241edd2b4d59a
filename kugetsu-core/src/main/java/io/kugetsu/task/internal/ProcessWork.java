package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.notification.Notification;
import io.kugetsu.process.OutputFile;
import io.kugetsu.process.PipeProcess;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.RunningProcess;
import io.kugetsu.process.SupervisedProcess;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkOutput;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A command that runs. */
final class ProcessWork implements Work {
  private final RunningProcess process;
  private final Duration grace;
  private final boolean masksAll;

  /**
   * Makes the work of a process.
   *
   * @param masksAll whether all of its secrets are known here, so that the end of what it wrote can
   *     be kept with the task
   */
  ProcessWork(RunningProcess process, Duration grace, boolean masksAll) {
    this.process = process;
    this.grace = grace;
    this.masksAll = masksAll;
  }

  @Override
  public CompletionStage<Void> ended() {
    return process.exit().thenAccept(exit -> {});
  }

  @Override
  public void stop(StopReason reason) {
    process.stop(grace);
  }

  @Override
  public boolean detach() {
    if (process instanceof SupervisedProcess supervised) {
      return supervised.detach();
    }
    if (process instanceof PipeProcess pipes) {
      pipes.keepLog();
    }
    return true;
  }

  @Override
  public boolean survives() {
    return process instanceof SupervisedProcess;
  }

  @Override
  public Optional<WorkOutput> output() {
    return process instanceof PipeProcess pipes
        ? Optional.of(new PipeOutput(pipes))
        : Optional.empty();
  }

  /** A command that wrote much in the foreground is worth being looked at afterwards. */
  @Override
  public boolean isKept() {
    long size =
        process instanceof SupervisedProcess supervised
            ? OutputFile.size(supervised.runDirectory().resolve(RunFiles.OUTPUT))
            : output().map(WorkOutput::size).orElse(0L);
    return size > RunFiles.SCRATCH;
  }

  @Override
  public Settlement settle(Optional<StopReason> stop) {
    ProcessExit exit = process.exit().toCompletableFuture().join();
    return Endings.of(exit, stop, masksAll ? process.tail(Notification.LAST_OUTPUT) : "");
  }
}
