package io.kugetsu.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DaemonExecutor;
import org.apache.commons.exec.ExecuteException;
import org.apache.commons.exec.ExecuteResultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor of one run: waits for a process that was started already, since the library would
 * keep the process to itself, and treats every exit code alike.
 */
final class PipeExecutor extends DaemonExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(PipeExecutor.class);

  private final PipeRun run;
  private final Process process;

  @SuppressWarnings("deprecation") // the builder makes no subclasses
  PipeExecutor(PipeRun run, Process process) {
    this.run = run;
    this.process = process;
    // It runs already, wherever that is; the library would look whether this program's is still
    // there.
    setWorkingDirectory(null);
    setExitValues(null);
    setStreamHandler(new PipeStreams(run));
  }

  /** Waits for it, on a thread of its own. */
  void execute() throws IOException {
    // The library's command line is for its own eyes.
    execute(new CommandLine("process"), Map.of(), new Outcome());
  }

  @Override
  protected Thread createThread(Runnable runnable, String name) {
    return run.newThread(
        "wait",
        () -> {
          try {
            runnable.run();
          } finally {
            run.over();
          }
        });
  }

  @Override
  protected Process launch(CommandLine command, Map<String, String> environment, Path directory) {
    return process;
  }

  /** What the library tells about its own thread; the exit was told before. */
  private final class Outcome implements ExecuteResultHandler {
    @Override
    public void onProcessComplete(int code) {
      LOG.debug("{} has ended with {}", run, code);
    }

    @Override
    public void onProcessFailed(ExecuteException e) {
      LOG.debug("{} has ended without its streams being closed cleanly", run, e);
    }
  }
}
