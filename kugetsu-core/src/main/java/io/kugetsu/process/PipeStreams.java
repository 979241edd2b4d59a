package io.kugetsu.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.exec.ExecuteStreamHandler;

/**
 * Takes the place of the library's own pumps, which wait without bound for whoever holds the pipe,
 * lose the exit code when told not to, and stop at the first listener that throws.
 */
final class PipeStreams implements ExecuteStreamHandler {
  private final PipeRun run;
  private OutputStream input = OutputStream.nullOutputStream();
  private InputStream output = InputStream.nullInputStream();

  PipeStreams(PipeRun run) {
    this.run = run;
  }

  @Override
  public void setProcessInputStream(OutputStream stream) {
    input = stream;
  }

  @Override
  public void setProcessOutputStream(InputStream stream) {
    output = stream;
  }

  @Override
  public void setProcessErrorStream(InputStream stream) {
    // Standard error arrives in the output, in its order.
  }

  @Override
  public void start() throws IOException {
    run.begin(input, output);
  }

  @Override
  public void stop() {
    run.processGone();
  }
}
