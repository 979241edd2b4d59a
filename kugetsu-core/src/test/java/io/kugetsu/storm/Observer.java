package io.kugetsu.storm;

import io.kugetsu.support.OsProcesses;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the operating system every 5 ms, as somebody who knows nothing of kugetsu would, for the
 * tasks of which any process lives, supervisors too.
 */
final class Observer implements AutoCloseable {
  private static final long EVERY_MILLIS = 5;

  private final CountDownLatch enough = new CountDownLatch(1);
  private final Thread thread = new Thread(this::look, "test-observer");
  private final Set<Set<String>> seen = new HashSet<>();
  private long looks;

  private Observer() {
    thread.start();
  }

  static Observer begin() {
    return new Observer();
  }

  private void look() {
    OsProcesses.Watch watch = new OsProcesses.Watch();
    try {
      while (!enough.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        Set<String> tasks = new HashSet<>();
        watch.marks().forEach(mark -> tasks.add(mark.substring(0, mark.indexOf('.'))));
        seen.add(tasks);
        looks++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The most tasks that lived at once. To be asked after the end. */
  int most() {
    return seen.stream().mapToInt(Set::size).max().orElse(0);
  }

  /** The most that lived at once of one provider. To be asked after the end. */
  int mostOfOne(Map<String, String> providers) {
    int most = 0;
    for (Set<String> tasks : seen) {
      Map<String, Integer> counts = new HashMap<>();
      for (String task : tasks) {
        most = Math.max(most, counts.merge(providers.getOrDefault(task, "?"), 1, Integer::sum));
      }
    }
    return most;
  }

  long looks() {
    return looks;
  }

  @Override
  public void close() throws InterruptedException {
    enough.countDown();
    thread.join();
  }
}
