package io.kugetsu.process;

import java.nio.file.Path;
import java.util.List;

/** A program in the C locale that wants to hand over words outside of it. */
final class AsciiMain {
  private AsciiMain() {}

  public static void main(String[] args) throws Exception {
    try (PipeRunner runner = new PipeRunner()) {
      runner
          .start(spec("echo", "plain").lineListener(System.out::println).build())
          .exit()
          .toCompletableFuture()
          .get();
      runner.start(spec("echo", "\u00fc").build());
      System.out.println("started");
    } catch (ProcessStartException e) {
      System.out.println(e.kind());
    }
  }

  private static ProcessSpec.Builder spec(String... argv) {
    return ProcessSpec.builder(List.of(argv), Path.of("/tmp"), Runs.PATH);
  }
}
