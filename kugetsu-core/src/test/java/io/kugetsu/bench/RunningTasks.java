package io.kugetsu.bench;

import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** What a supervised task costs while it runs: threads and heap, its own and one taken over. */
final class RunningTasks {
  private static final int QUIET_SECONDS = 5;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(
          4,
          action -> {
            Thread thread = new Thread(action, "bench-pool");
            thread.setDaemon(true);
            return thread;
          });

  private RunningTasks() {}

  static List<Figure> measure(Path scratch) throws Exception {
    List<Figure> figures = new ArrayList<>();
    one(scratch.resolve("warm-up"), 20, new ArrayList<>());
    for (int count : new int[] {1, 100, 500}) {
      one(scratch.resolve("state-" + count), count, figures);
    }
    return figures;
  }

  private static void one(Path state, int count, List<Figure> figures) throws Exception {
    try (BackgroundManager tasks = open(state)) {
      Tasks.awaitEnd(tasks.start(Tasks.command(state, "/bin/true")));
      long heap = Heap.used();
      int threads = threads();
      List<TaskHandle> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        running.add(tasks.start(Tasks.command(state, "sleep", "3600").background()));
      }
      for (TaskHandle task : running) {
        Tasks.awaitStarted(task);
      }
      running.clear();
      awaitQuietThreads();
      figures.add(
          Figure.of(
              "threads each at " + count,
              "",
              perTask(threads() - threads, count),
              Goal.atMost(1 + shared(count))));
      figures.add(
          Figure.of(
              "heap each at " + count,
              "KiB",
              perTask(Heap.used() - heap, count) / 1024,
              count == 1 ? Goal.none() : Goal.atMost(4)));
    }
    adopted(state, count, figures);
  }

  /** A few threads serve all tasks, however many there are; with one task they count fully. */
  private static double shared(int count) {
    return 6.0 / count;
  }

  private static void adopted(Path state, int count, List<Figure> figures) throws Exception {
    awaitQuietThreads();
    int before = threads();
    try (BackgroundManager tasks = open(state)) {
      awaitQuietThreads();
      int more = threads() - before;
      figures.add(Figure.of("threads, all of " + count + " adopted", "", more, Goal.atMost(8)));
      for (TaskInfo info : tasks.active()) {
        tasks.find(info.id()).orElseThrow().stop("measured");
      }
      if (!tasks.awaitAll(any -> true, Duration.ofMinutes(2))) {
        throw new TimeoutException("not all of them ended");
      }
    }
  }

  /** With few threads to begin and end on, so that those of the tasks are seen. */
  private static BackgroundManager open(Path state) {
    return BackgroundManager.builder(state).environment(Tasks.environment()).executor(POOL).open();
  }

  private static double perTask(double value, int count) {
    return value / count;
  }

  private static int threads() {
    return Thread.getAllStackTraces().size();
  }

  /** What counts is what stays while the tasks run. */
  private static void awaitQuietThreads() throws TimeoutException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    int last = -1;
    for (int same = 0; same < QUIET_SECONDS; ) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      int now = threads();
      same = now == last ? same + 1 : 0;
      last = now;
      if (System.nanoTime() > end) {
        throw new TimeoutException("the number of threads does not settle");
      }
    }
  }
}
