package io.kugetsu.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.internal.FileLocks;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/**
 * For tests that open something of kugetsu's: after each of them there is no thread of kugetsu's,
 * no process that carries a run's mark and no lock that was not there before. It looks for itself,
 * so that it would see what the library overlooks.
 */
public abstract class LeakFree {
  private static final long PATIENCE_SECONDS = 10;

  /** Far more than a process takes that has nothing left to do, and less than any leak lasts. */
  private static final int ENDING_LOOKS = 100;

  @AfterEach
  final void nothing_is_left_behind() throws InterruptedException {
    for (Thread thread : threads()) {
      thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    }
    assertEquals(List.of(), threads().stream().map(Thread::getName).toList(), "threads left");
    Map<Long, String> processes = OsProcesses.marked();
    CountDownLatch never = new CountDownLatch(1);
    // a supervisor that another program has started has told of its end a moment before it ends
    for (int looks = 0; looks < ENDING_LOOKS && !processes.isEmpty(); looks++) {
      boolean unused = never.await(10, TimeUnit.MILLISECONDS);
      processes = OsProcesses.marked();
    }
    processes.keySet().forEach(OsProcesses::end); // noted is enough: the next test begins clean
    assertEquals(Map.of(), processes, "processes left");
    assertEquals(0, FileLocks.held(), "locks held");
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kugetsu-"))
        .filter(thread -> thread != Thread.currentThread())
        .toList();
  }
}
