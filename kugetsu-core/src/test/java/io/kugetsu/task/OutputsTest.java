package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.task.CommandSpec.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What commands write, before and after they are detached, and what is left of it. */
class OutputsTest extends LeakFree {
  @TempDir Path directory;

  /** K05: what came before the detaching comes first, whole, then what came after it. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void detaching_neither_loses_nor_doubles_a_byte(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    Fifo said = Fifo.create(directory.resolve("said"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(
                      directory,
                      "seq 1 5000; echo there >said; seq 5001 9000; read x <gate; seq 9001 9999")
                  .runner(runner));
      said.read();
      assertEquals(Detachment.Kind.DETACHED, task.detach().kind());
      gate.write("go");
      task.await(SOON);
      StringBuilder expected = new StringBuilder();
      for (int i = 1; i <= 9999; i++) {
        expected.append(i).append('\n');
      }
      assertEquals(expected.toString(), task.output(1 << 20));
      Path file = task.output().file().orElseThrow();
      assertEquals(expected.toString(), Files.readString(file));
    }
  }

  /** K06: whatever was written, an answer to detaching names the task first. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void however_much_was_written_the_answer_names_the_task(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "head -c 3000000 /dev/zero | tr '\\0' x; read y <gate; echo end")
                  .runner(runner));
      Detachment detachment = task.detach();
      Release release = task.awaitRelease(SOON);
      assertEquals(task.id(), detachment.task());
      assertEquals(task.id(), release.task());
      gate.write("go");
      assertTrue(task.await(SOON).isSuccess());
      assertEquals(3_000_004, task.output().size());
      OutputSnapshot snapshot = task.output();
      assertTrue(snapshot.truncated() && snapshot.complete());
      assertTrue(snapshot.preview().endsWith("xend\n"));
    }
  }

  /** K04: a command in the foreground leaves a file only when it wrote more than 1 MiB. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void only_much_output_leaves_a_file(Runner runner) throws Exception {
    try (BackgroundManager tasks = builder(directory).open()) {
      String script = "head -c %d /dev/zero | tr '\\0' x";
      TaskHandle little = tasks.start(sh(directory, String.format(script, 1 << 20)).runner(runner));
      little.await(SOON);
      assertEquals(List.of(), runs());
      assertEquals(1 << 20, little.output().size());
      TaskHandle much =
          tasks.start(sh(directory, String.format(script, (1 << 20) + 1)).runner(runner));
      much.await(SOON);
      assertEquals(List.of(much.id().value()), runs());
      assertEquals(List.of(much.id()), tasks.list().stream().map(TaskInfo::id).toList());
      assertEquals((1 << 20) + 1, much.output().size());
    }
  }

  /** K10: reading never waits, neither for the command nor for its end. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void reading_never_waits(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    Fifo said = Fifo.create(directory.resolve("said"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(sh(directory, "echo said >said; read x <gate; echo end").runner(runner));
      said.read();
      // the command waits for this thread: whoever waits for the command here waits for ever
      assertEquals("", task.output(100));
      assertEquals(0, task.output().size());
      assertEquals("", task.output(0, 100).text());
      assertEquals(0, task.output(1000, 100).text().length());
      gate.write("go");
      task.await(SOON);
      assertEquals("end\n", task.output(100));
    }
  }

  /** K09, seen from the manager: a flood ends as a failure, with its end at hand. */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void a_flood_is_ended_at_its_ceiling(Runner runner) {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "while :; do echo flood; done")
                  .runner(runner)
                  .background()
                  .outputCeiling(200_000));
      TaskResult end = task.await(SOON);
      assertEquals(FailureType.OUTPUT_LIMIT, end.outcome().failure().orElseThrow());
      assertTrue(end.outcome().lastOutput().contains("flood"));
    }
  }

  /** Of a command on pipes that is in memory only nothing stays when its manager goes. */
  @Test
  void what_is_in_memory_only_leaves_no_file_behind() throws Exception {
    TaskId id;
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = tasks.start(sh(directory, "echo a; sleep 600").runner(Runner.PIPES));
      id = task.id();
      task.detach();
      TaskHandle ended = tasks.start(sh(directory, "echo b").runner(Runner.PIPES));
      ended.detach();
      ended.await(SOON);
    }
    assertEquals(List.of(), runs());
    try (BackgroundManager tasks = builder(directory).open()) {
      assertFalse(tasks.find(id).isPresent());
    }
  }

  private List<String> runs() throws IOException {
    if (!Files.exists(directory.resolve("runs"))) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory.resolve("runs"))) {
      return all.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }
}
