package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What another instance has put into the background is there for its own at once. */
@Timeout(60)
class DetachedByOthersTest extends LeakFree {
  @TempDir Path directory;

  @Test
  void closing_leaves_it() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager other = builder(directory).open()) {
      BackgroundManager mine = builder(directory).open();
      TaskHandle task = mine.start(sh(directory, "read x <gate; exit 0"));
      task.started().toCompletableFuture().join();
      TaskHandle there = other.find(task.id()).orElseThrow();
      Detachment detachment = there.detach();
      mine.close();
      assertEquals(Detachment.Kind.DETACHED, detachment.kind());
      assertTrue(there.info().status() == TaskStatus.RUNNING, there.info().toString());
      gate.write("go");
      assertEquals(TaskStatus.COMPLETED, there.await(SOON).status());
    }
  }

  @Test
  void the_callers_signal_counts_no_more() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    Cancellation signal = new Cancellation();
    try (BackgroundManager other = builder(directory).open();
        BackgroundManager mine = builder(directory).open()) {
      TaskHandle task = mine.start(sh(directory, "read x <gate; exit 0").cancelledBy(signal));
      task.started().toCompletableFuture().join();
      other.find(task.id()).orElseThrow().detach();
      signal.cancel(StopReason.user("no"));
      Until.holds(
          "settled",
          () ->
              task.info().status() != TaskStatus.RUNNING
                  || task.awaitRelease(Duration.ZERO).kind() == Release.Kind.DETACHED);
      assertEquals(TaskStatus.RUNNING, task.info().status());
      gate.write("go");
      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
    }
  }

  @Test
  void an_end_right_after_it_is_one_in_the_background() throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (Engine engine =
            Engines.files(directory, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
        BackgroundManager other = builder(directory).engine(engine).open();
        BackgroundManager mine = builder(directory).engine(engine).open()) {
      Heard heard = new Heard(mine);
      TaskHandle task = mine.start(sh(directory, "read x <gate; exit 0"));
      task.started().toCompletableFuture().join();
      other.find(task.id()).orElseThrow().detach();
      gate.write("go");
      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());
      heard.await(TaskEvent.Terminal.class, task.id());
      assertEquals(List.of("Created", "Started", "Detached", "Terminal"), heard.of(task.id()));
      assertEquals(1, engine.notifications().list(false).size());
    }
  }
}
