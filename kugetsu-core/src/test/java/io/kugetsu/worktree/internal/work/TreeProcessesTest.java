package io.kugetsu.worktree.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.Fifo;
import io.kugetsu.task.Until;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TreeProcessesTest {
  @TempDir Path temp;

  @Test
  void an_interrupt_neither_shortens_the_wait_for_a_program_nor_gets_lost() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo gate = Fifo.create(temp.resolve("gate"));
    // looks like what Java starts a program by, until the gate is opened
    String script =
        "printf jspawnhelper >/proc/self/comm; echo >ready; read x <gate; exec sleep 1000";
    Process process =
        new ProcessBuilder("sh", "-c", script).directory(temp.toFile()).inheritIO().start();
    try {
      ready.read();
      CountDownLatch begun = new CountDownLatch(1);
      FutureTask<List<String>> told =
          new FutureTask<>(
              () -> {
                Thread.currentThread().interrupt();
                begun.countDown();
                Tally tally = new Tally();
                new TreeProcesses(temp.toRealPath()).tell(tally);
                assertTrue(Thread.interrupted());
                return tally.obstacles().get(0).examples();
              });
      Thread looking = new Thread(told, "looking");
      looking.start();
      begun.await();
      Until.soon("it is set aside", () -> !looking.isAlive() || !looking.isInterrupted());
      gate.write("go");
      assertEquals(List.of(process.pid() + " (sleep)"), told.get(30, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
