package io.kugetsu.task.internal;

import io.kugetsu.process.OutputPage;
import io.kugetsu.process.PipeProcess;
import io.kugetsu.task.WorkOutput;
import java.nio.file.Path;
import java.util.Optional;

/** What a command on pipes has written last, in memory. */
final class PipeOutput implements WorkOutput {
  private static final int SHORTEST_PAGE = 4;

  private final PipeProcess process;

  PipeOutput(PipeProcess process) {
    this.process = process;
  }

  @Override
  public long size() {
    return process.output(0, SHORTEST_PAGE).size();
  }

  @Override
  public OutputPage read(long from, int maxBytes) {
    return process.output(from, maxBytes);
  }

  @Override
  public Optional<Path> file() {
    return Optional.empty();
  }
}
