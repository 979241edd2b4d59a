package io.kugetsu.task.internal;

import io.kugetsu.process.OutputFile;
import io.kugetsu.process.OutputPage;
import io.kugetsu.task.WorkOutput;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What is left in memory of the output of a task of which nothing else is kept. */
final class KeptOutput implements WorkOutput {
  private final byte[] bytes;
  private final UnaryOperator<String> masker;

  KeptOutput(byte[] bytes, UnaryOperator<String> masker) {
    this.bytes = bytes;
    this.masker = masker;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public OutputPage read(long from, int maxBytes) {
    return OutputFile.read(bytes, from, maxBytes, masker);
  }

  @Override
  public Optional<Path> file() {
    return Optional.empty();
  }
}
