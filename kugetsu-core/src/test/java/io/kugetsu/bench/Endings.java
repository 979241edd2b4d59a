package io.kugetsu.bench;

import io.kugetsu.support.Fifo;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes from the last thing a command waits for until its end is told as an event, its
 * record durable: of a command that this JVM started, and of one that was taken over. What the
 * command and its supervisor need for their own end is in it.
 */
final class Endings {
  /** By then the JVM has compiled what an end needs. */
  private static final int WARM_UP = 200;

  /** These all run at once. */
  private static final int WARM_UP_ADOPTED = 20;

  private static final int ROUNDS = 150;

  private final Path scratch;
  private final List<Fifo> gates = new ArrayList<>();

  private Endings(Path scratch) {
    this.scratch = scratch;
  }

  static List<Figure> measure(Path scratch) throws Exception {
    Endings bench = new Endings(scratch);
    Samples own = bench.own();
    Samples adopted = bench.adopted();
    return List.of(
        figure("p50, own", own, 50, Goal.none()),
        figure("p99, own", own, 99, Goal.atMost(10_000)),
        figure("p50, adopted", adopted, 50, Goal.none()),
        figure("p99, adopted", adopted, 99, Goal.atMost(50_000)));
  }

  private static Figure figure(String name, Samples samples, int percent, Goal goal) {
    return Figure.of(name, "µs", samples.percentileMicros(percent), goal);
  }

  private TaskHandle start(BackgroundManager tasks) throws Exception {
    Path gate = scratch.resolve("gate-" + gates.size());
    gates.add(Fifo.create(gate));
    TaskHandle task = tasks.start(Tasks.script(scratch, "read x <\"" + gate + "\"").background());
    Tasks.awaitStarted(task);
    return task;
  }

  private Samples own() throws Exception {
    Samples samples = new Samples();
    BlockingQueue<Long> ends = new LinkedBlockingQueue<>();
    try (BackgroundManager tasks = Tasks.open(scratch.resolve("own"));
        EventSubscription ignored = tasks.subscribe(TaskEvent.Terminal.class, told(ends))) {
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        start(tasks);
        end(i, i >= WARM_UP, ends, samples);
      }
    }
    gates.clear();
    return samples;
  }

  private Samples adopted() throws Exception {
    Samples samples = new Samples();
    Path state = Files.createDirectory(scratch.resolve("adopted"));
    gates.clear();
    Path before = scratch.resolve("gates");
    Files.createDirectory(before);
    try (BackgroundManager tasks = Tasks.open(state)) {
      for (int i = 0; i < WARM_UP_ADOPTED + ROUNDS; i++) {
        Path gate = before.resolve("gate-" + i);
        gates.add(Fifo.create(gate));
        Tasks.awaitStarted(
            tasks.start(Tasks.script(scratch, "read x <\"" + gate + "\"").background()));
      }
    }
    BlockingQueue<Long> ends = new LinkedBlockingQueue<>();
    try (BackgroundManager tasks = Tasks.open(state);
        EventSubscription ignored = tasks.subscribe(TaskEvent.Terminal.class, told(ends))) {
      awaitAdopted(tasks);
      for (int i = 0; i < WARM_UP_ADOPTED + ROUNDS; i++) {
        end(i, i >= WARM_UP_ADOPTED, ends, samples);
      }
    }
    return samples;
  }

  /** A detaching only the instance that has the runs answers, so all of them are taken over. */
  private static void awaitAdopted(BackgroundManager tasks) throws Exception {
    for (TaskInfo info : tasks.active()) {
      Tasks.awaitStarted(tasks.find(info.id()).orElseThrow());
    }
  }

  private static java.util.function.Consumer<TaskEvent.Terminal> told(BlockingQueue<Long> ends) {
    return event -> ends.add(System.nanoTime());
  }

  private void end(int number, boolean counts, BlockingQueue<Long> ends, Samples samples)
      throws Exception {
    long start = System.nanoTime();
    gates.get(number).write("go");
    Long end = ends.poll(60, TimeUnit.SECONDS);
    if (end == null) {
      throw new IllegalStateException("nobody told the end of run " + number);
    }
    if (counts) {
      samples.add(end - start);
    }
  }
}
