package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.common.TaskId;
import io.kugetsu.task.WorkOutput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a task in the foreground wrote, while nothing but its handle is left of it. */
class TaskOutputsTest {
  @TempDir Path directory;

  @Test
  void a_page_that_is_read_while_the_file_goes_is_whole() throws Exception {
    byte[] text = "hello\n".getBytes(StandardCharsets.UTF_8);
    TaskId id = TaskId.next(Clock.systemUTC());
    RunFiles files = new RunFiles(directory);
    Files.write(files.create(id, 1).resolve(RunFiles.OUTPUT), text);
    Completions completions = new Completions(Runnable::run);
    Maskers maskers = new Maskers(Map.of());
    try (TaskOutputs outputs =
        new TaskOutputs(files, new LiveRuns(), completions, Runnable::run, maskers)) {
      WorkOutput output =
          outputs.of(
              id,
              1,
              completions.of(id),
              () -> {
                completions.keep(id, new KeptOutput(text, maskers.of(id)));
                files.delete(id); // between the look for the file and its reading
                return true;
              });
      assertEquals("hello\n", output.read(0, 100).text());
    }
  }
}
