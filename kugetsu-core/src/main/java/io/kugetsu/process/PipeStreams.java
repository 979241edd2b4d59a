package io.kugetsu.process;

import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.exec.ExecuteStreamHandler;

/**
 * Takes the place of the library's own pumps, which wait without bound for whoever holds the pipe,
 * lose the exit code when told not to, and stop at the first listener that throws. The streams are
 * the run's already; all that is left is to tell it that the process has gone.
 */
final class PipeStreams implements ExecuteStreamHandler {
  private final PipeRun run;

  PipeStreams(PipeRun run) {
    this.run = run;
  }

  @Override
  public void setProcessInputStream(OutputStream stream) {
    // The run has it.
  }

  @Override
  public void setProcessOutputStream(InputStream stream) {
    // The run reads it.
  }

  @Override
  public void setProcessErrorStream(InputStream stream) {
    // Standard error arrives in the output, in its order.
  }

  @Override
  public void start() {
    // The run has begun.
  }

  @Override
  public void stop() {
    run.processGone();
  }
}
