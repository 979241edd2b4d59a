package io.kugetsu.bench;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.NewTask;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.process.SupervisedProcess;
import io.kugetsu.process.SupervisedRunner;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.Fifo;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Run;
import io.kugetsu.task.Settlement;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/**
 * How long a permit that has become free stays unused under a limit of one: from the last thing a
 * supervised command does to the first thing that the next one does, which waits in the line. Both
 * times are told by the commands. In one program it hands out and runs both; across programs the
 * permit becomes free in another one than the one that hands out what waits. The floor is the same
 * two commands under bare supervisors, one after the other, and two durable records between them.
 */
final class FreedPermit {
  /** By then the JVM has compiled what a hand-over needs. */
  private static final int WARM_UP = 300;

  private static final int ROUNDS = 200;
  private static final int KILLS = 10;
  private static final LimitKey KEY = LimitKey.of("bench");
  private static final Limits ONE = Limits.none().perKey("bench", 1);

  /** Both times are those of the clock that the floor reads, too. */
  private static final String SCRIPT =
      "began=$(date +%s%N); echo $began >began; read -r x <go; date +%s%N >ended";

  private final Path place;
  private final Fifo began;
  private final Fifo go;

  private FreedPermit(Path place) throws Exception {
    this.place = Files.createDirectory(place);
    this.began = Fifo.create(place.resolve("began"));
    this.go = Fifo.create(place.resolve("go"));
  }

  private long ended() throws IOException {
    return Long.parseLong(Files.readString(place.resolve("ended")).strip());
  }

  static List<Figure> measure(Path scratch) throws Exception {
    FreedPermit one = new FreedPermit(scratch.resolve("one"));
    Rounds inOne = one.inOneProgram(scratch, new Bare(scratch.resolve("bare")));
    FreedPermit two = new FreedPermit(scratch.resolve("two"));
    Samples across = two.acrossPrograms(scratch);
    Samples handedOver = handOver(scratch.resolve("elections"));
    return List.of(
        inOne.percentile("p50, one JVM", 50, Goal.timesFloor(1.5)),
        inOne.percentile("p99, one JVM", 99, Goal.atMost(25_000)),
        Figure.of("p50, across JVMs", "µs", across.medianMicros(), Goal.none()),
        Figure.of("p99, across JVMs", "µs", across.percentileMicros(99), Goal.atMost(100_000)),
        Figure.of(
            "hand-over after a kill, maximum",
            "ms",
            handedOver.percentileMicros(100) / 1_000,
            Goal.atMost(1_000)));
  }

  private Rounds inOneProgram(Path scratch, Bare bare) throws Exception {
    Path state = scratch.resolve("state-one");
    Rounds rounds = new Rounds(new Samples(), new Samples());
    try (Engine engine = open(state);
        Commands commands = new Commands(state, place);
        BackgroundManager tasks = manager(state)) {
      tasks.register(commands);
      enqueue(engine);
      long unused = began();
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        enqueue(engine);
        awaitRunning(engine);
        long least = bare.round();
        go.write("on");
        long next = began();
        if (i >= WARM_UP) {
          rounds.floor().add(least);
          rounds.measured().add(next - ended());
        }
      }
      go.write("on");
      awaitNothing(engine);
    }
    return rounds;
  }

  private Samples acrossPrograms(Path scratch) throws Exception {
    Path state = scratch.resolve("state-two");
    Samples samples = new Samples();
    try (Engine engine = open(state);
        ChildProgram first = ChildProgram.start(Program.class, state, place);
        ChildProgram second = ChildProgram.start(Program.class, state, place, "late")) {
      first.await("up");
      second.await("up");
      enqueue(engine, "run");
      long unused = began();
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        // each kind is known to one of the two only, so that the permit goes from one to the other
        enqueue(engine, i % 2 == 0 ? "late" : "run");
        awaitRunning(engine);
        go.write("on");
        long next = began();
        if (i >= WARM_UP) {
          samples.add(next - ended());
        }
      }
      go.write("on");
      awaitNothing(engine);
    }
    return samples;
  }

  /** From the kill of the elected one until another one is. */
  private static Samples handOver(Path scratch) throws Exception {
    Path state = Files.createDirectory(scratch).resolve("state");
    Samples samples = new Samples();
    try (Engine engine = open(state)) {
      ChildProgram elected = ChildProgram.start(Program.class, state, scratch);
      elected.await("up");
      for (int i = 0; i < KILLS; i++) {
        awaitElected(engine, elected);
        ChildProgram next = ChildProgram.start(Program.class, state, scratch);
        next.await("up");
        long killed = System.nanoTime();
        elected.kill();
        awaitElected(engine, next);
        samples.add(System.nanoTime() - killed);
        elected = next;
      }
      elected.kill();
    }
    return samples;
  }

  private static void awaitElected(Engine engine, ChildProgram program) throws Exception {
    Tasks.await(() -> engine.elected().filter(it -> it.owner().pid() == program.pid()).isPresent());
  }

  private long began() throws Exception {
    return Long.parseLong(began.read());
  }

  private static Engine open(Path state) {
    return Engines.files(state, Clock.systemUTC(), Engines.localProbe());
  }

  private static BackgroundManager manager(Path state) {
    return BackgroundManager.builder(state)
        .environment(Tasks.environment())
        .limits(() -> ONE)
        .open();
  }

  private static void enqueue(Engine engine) {
    enqueue(engine, "run");
  }

  private static void enqueue(Engine engine, String kind) {
    engine
        .tasks()
        .enqueue(
            new NewTask(
                TaskId.next(Clock.systemUTC()),
                "bench." + kind,
                true,
                0,
                Set.of(KEY),
                null,
                null,
                null,
                null,
                Map.of(),
                List.of()));
  }

  /** Until everything about its start is written, so that the floor has the machine for itself. */
  private static void awaitRunning(Engine engine) throws Exception {
    Tasks.await(
        () ->
            engine.tasks().list(Set.of(TaskStatus.RUNNING)).stream()
                .anyMatch(task -> task.startedAt() != null));
  }

  private static void awaitNothing(Engine engine) throws Exception {
    Tasks.await(
        () -> engine.tasks().list(Set.of(TaskStatus.RUNNING, TaskStatus.PENDING)).isEmpty());
  }

  /** The same two commands one after the other, with nothing around them but what is promised. */
  private static final class Bare {
    private final Path place;
    private final Fifo began;
    private final Fifo go;
    private int runs;

    Bare(Path place) throws Exception {
      this.place = Files.createDirectory(place);
      this.began = Fifo.create(place.resolve("began"));
      this.go = Fifo.create(place.resolve("go"));
    }

    long round() throws Exception {
      Process first = start();
      String unused = began.read();
      go.write("on");
      first.waitFor();
      byte[] record = new byte[900];
      Floors.durableWrite(place.resolve("record"), record);
      Floors.durableWrite(place.resolve("record"), record);
      Process second = start();
      long next = Long.parseLong(began.read());
      long ended = Long.parseLong(Files.readString(place.resolve("ended")).strip());
      go.write("on");
      second.waitFor();
      return next - ended;
    }

    private Process start() throws IOException {
      return StartToExit.supervisor(
          Files.createDirectory(place.resolve("run-" + runs++)), place, "/bin/sh", "-c", SCRIPT);
    }
  }

  /** A program that hands out and runs the commands. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Path state = Path.of(args[0]);
      BackgroundManager tasks = manager(state);
      tasks.register(new Commands(state, Path.of(args[1]), args.length > 2 ? args[2] : "run"));
      System.out.println("up");
      new CountDownLatch(1).await();
    }
  }

  /** Plain supervised commands that wait in the line. */
  private static final class Commands implements WorkType, AutoCloseable {
    private final SupervisedRunner runner = new SupervisedRunner();
    private final Path state;
    private final Path place;
    private final String kind;

    Commands(Path state, Path place) {
      this(state, place, "run");
    }

    Commands(Path state, Path place, String kind) {
      this.state = state;
      this.place = place;
      this.kind = kind;
    }

    @Override
    public String kind() {
      return "bench." + kind;
    }

    @Override
    public Work start(Run run) {
      run.launching(); // as commands with limit keys do
      SupervisedProcess process =
          runner.start(
              ProcessSpec.builder(List.of("/bin/sh", "-c", SCRIPT), place, Tasks.environment())
                  .marker(run.marker())
                  .runDirectory(run.directory())
                  .foreground(false)
                  .wakeFile(state.resolve("tasks").resolve("wake"))
                  .build());
      run.started(
          new Holder.Supervised(
              process.pid(), process.startTicks(), process.bootId(), process.marker()),
          Map.of());
      return new Ending(process.exit().thenApply(exit -> null));
    }

    @Override
    public Work adopt(Run run) {
      return new Ending(CompletableFuture.completedFuture(null));
    }

    @Override
    public void close() {
      runner.close();
    }
  }

  private record Ending(CompletionStage<Void> ended) implements Work {
    @Override
    public void stop(StopReason reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Settlement settle(Optional<StopReason> stop) {
      return Settlement.end(TaskStatus.COMPLETED, Outcome.NONE, Optional.empty());
    }
  }
}
