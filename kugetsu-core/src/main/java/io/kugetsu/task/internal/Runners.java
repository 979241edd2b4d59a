package io.kugetsu.task.internal;

import io.kugetsu.process.PipeRunner;
import io.kugetsu.process.RunnerCapabilities;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.task.CommandSpec;

/**
 * What runs processes for one instance.
 *
 * @param supervised under a supervisor of their own; for agents, and for commands
 * @param pipes on pipes of this JVM, for commands that ask for it
 */
public record Runners(SupervisedRunner supervised, PipeRunner pipes) implements AutoCloseable {
  RunnerCapabilities capabilities(CommandSpec.Runner runner) {
    return runner == CommandSpec.Runner.PIPES ? pipes.capabilities() : supervised.capabilities();
  }

  /** Ends what cannot outlive this JVM, and following the rest; both are tried. */
  @Override
  public void close() {
    try {
      pipes.close();
    } finally {
      supervised.close();
    }
  }
}
