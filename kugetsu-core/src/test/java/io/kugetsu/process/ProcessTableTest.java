package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProcessTableTest {
  @RegisterExtension final Runs runs = new Runs();
  private final ProcessTable table = new ProcessTable();

  @Test
  void a_look_sees_what_there_was_when_it_was_asked_for() throws Exception {
    ExecutorService others = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 10; i++) {
        List<Future<?>> looks =
            IntStream.range(0, 8).<Future<?>>mapToObj(n -> others.submit(table::look)).toList();

        RunningProcess process =
            runs.runner.start(runs.command("sleep", "300").marker(runs.marker + i).build());
        assertTrue(sees(process.pid()));
        process.stop(Duration.ZERO);
        Runs.await(process);
        assertFalse(sees(process.pid()));

        for (Future<?> look : looks) {
          look.get();
        }
      }
    } finally {
      others.shutdown();
    }
  }

  private boolean sees(long pid) {
    return table.look().all().stream().anyMatch(entry -> entry.pid() == pid);
  }
}
