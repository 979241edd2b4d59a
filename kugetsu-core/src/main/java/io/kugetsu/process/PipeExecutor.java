package io.kugetsu.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DaemonExecutor;

/**
 * The executor of one run. It lets the run start the process, which the library would keep to
 * itself, with words and an environment that nobody changed on the way, and treats every exit code
 * alike.
 */
final class PipeExecutor extends DaemonExecutor {
  private final PipeRun run;

  @SuppressWarnings("deprecation") // the builder makes no subclasses
  PipeExecutor(PipeRun run, Path directory) {
    this.run = run;
    setWorkingDirectory(directory.toFile());
    setExitValues(null);
    setStreamHandler(new PipeStreams(run));
  }

  @Override
  protected Thread createThread(Runnable runnable, String name) {
    // The library tells its handler about exceptions, but not about errors.
    return run.newThread(
        "wait",
        () -> {
          try {
            runnable.run();
          } catch (Error e) {
            run.failed(e);
            throw e;
          } finally {
            run.over();
          }
        });
  }

  @Override
  protected Process launch(CommandLine command, Map<String, String> environment, Path directory)
      throws IOException {
    return run.launch(environment);
  }
}
