package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.sh;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StopReason.Origin;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.task.CommandSpec.Runner;
import io.kugetsu.task.TaskSpec.OnDeadline;
import io.kugetsu.testing.ManualTimers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run of everything that can be done with a manager, by several threads at once. The
 * steps of each thread follow from the seed; how the threads interleave is the machine's affair.
 */
final class Chaos {
  static final Map<LimitKey, Integer> LIMITS =
      Map.of(
          LimitKey.of("chaos:one"), 1, LimitKey.of("chaos:two"), 2, LimitKey.of("chaos:many"), 4);

  private static final int ACTORS = 3;
  private static final int STEPS = 16;
  private static final Origin[] ORIGINS = {
    Origin.USER, Origin.MODEL, Origin.PARENT, Origin.HOST, Origin.BUDGET, Origin.DEADLINE
  };
  private static final String[] SCRIPTS = {
    "echo a; exit 3", "true", "echo b; read x", "sleep 600", "trap '' TERM; echo c; sleep 600"
  };

  /** Between two openings of the manager nobody looks at it. */
  private final Object opening = new Object();

  final Path directory;
  final Engine engine;
  final ManualTimers timers = new ManualTimers();
  final ChaosLedger ledger = new ChaosLedger();
  private final List<Throwable> wrong = new CopyOnWriteArrayList<>();
  private final List<Cancellation> signals = new ArrayList<>();
  private final long seed;
  private final boolean restarts;

  /** Whether whatever has ended may be removed at any time. */
  final boolean prunes;

  /** Another instance, which runs nothing; null in most runs. */
  private final @Nullable BackgroundManager other;

  private final List<EventSubscription> watching = new CopyOnWriteArrayList<>();
  private volatile BackgroundManager manager;
  private EventSubscription subscription;

  Chaos(long seed, Path directory) {
    this.seed = seed;
    this.directory = directory;
    this.restarts = seed % 3 == 0;
    this.prunes = seed % 5 == 1;
    // mostly in memory, for there are more interleavings to a second
    this.engine =
        seed % 4 == 0
            ? Engines.files(directory, Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives))
            : Engines.memory(Clock.systemUTC(), Engines.localProbe(ProcessTrees::lives));
    for (int i = 0; i < ACTORS; i++) {
      signals.add(new Cancellation());
    }
    open();
    // when one closes the other would take over what it leaves, and that is told to nobody here
    this.other =
        seed % 5 == 2 && !restarts
            ? builder(directory).engine(engine).timers(new ManualTimers()).open()
            : null;
  }

  /** Closes what sees the tasks of the manager from elsewhere. */
  void closeOther() {
    if (other != null) {
      other.close();
    }
  }

  BackgroundManager manager() {
    return manager;
  }

  EventSubscription subscription() {
    return subscription;
  }

  private void open() {
    Limits limits = Limits.none();
    for (Map.Entry<LimitKey, Integer> each : LIMITS.entrySet()) {
      limits = limits.perKey(each.getKey().value(), each.getValue());
    }
    Limits all = limits;
    ledger.nextOpening();
    BackgroundManagerBuilder builder =
        builder(directory).engine(engine).timers(timers).limits(() -> all);
    manager = (prunes ? builder.retention(new Retention(Duration.ofDays(1), 0)) : builder).open();
    subscription = manager.subscribe(TaskEvent.class, ledger::event);
  }

  /** Does everything, and brings what is left to its end; the manager is open still. */
  void run() throws Exception {
    List<Thread> actors = new ArrayList<>();
    for (int i = 0; i < ACTORS; i++) {
      int number = i;
      Thread actor = new Thread(() -> act(number), "chaos-" + i);
      actors.add(actor);
      actor.start();
    }
    for (Thread actor : actors) {
      actor.join(SOON.toMillis());
      if (actor.isAlive()) {
        AssertionError stuck = new AssertionError(actor.getName() + " is stuck");
        stuck.setStackTrace(actor.getStackTrace());
        throw stuck;
      }
    }
    settle();
    for (Throwable each : wrong) {
      throw new AssertionError("a step failed", each);
    }
  }

  private void act(int number) {
    Random random = new Random(seed * 31 + number);
    for (int step = 0; step < STEPS; step++) {
      try {
        step(random, number);
      } catch (ClosedException | LimitReachedException e) {
        // the manager was closed meanwhile, or is full
      } catch (Exception | Error e) {
        wrong.add(e);
      }
    }
  }

  private void step(Random random, int number) throws Exception {
    switch (random.nextInt(25)) {
      case 0, 1, 2, 3, 4 -> host(random);
      case 5 -> {
        if (random.nextBoolean()) {
          command(random); // a process costs more than all other steps together
        }
      }
      case 6, 7, 8 -> ledger.some(random).ifPresent(it -> it.work().finish("done"));
      case 9 -> ledger.some(random).ifPresent(it -> it.work().fail());
      case 10, 11 -> {
        ChaosLedger.Entry entry = ledger.some(random).orElse(null);
        if (entry != null) {
          detach(entry, entry.handle());
        }
      }
      case 12, 13 -> {
        ChaosLedger.Entry entry = ledger.some(random).orElse(null);
        StopReason reason = new StopReason(ORIGINS[random.nextInt(ORIGINS.length)], "chaos");
        if (entry != null) {
          entry.handle().stop(reason);
        }
      }
      case 14 -> timers.advance(Duration.ofMillis(random.nextInt(3000)));
      case 15 -> signals.get(number).cancel(StopReason.user("called off"));
      case 16 -> lookingUp(() -> await(random));
      case 17 -> interrupted(random);
      case 18 -> lookingUp(() -> look(random));
      case 19 -> manager.prune();
      case 20, 21 -> lookingUp(() -> read(random));
      case 22 -> watch(random);
      case 23 -> elsewhere(random);
      default -> {
        if (restarts && random.nextInt(3) == 0) {
          restart();
        }
      }
    }
  }

  private <S extends TaskSpec<S>> S spec(S plain, Random random) {
    S spec = plain.grace(Duration.ofMillis(50));
    if (random.nextBoolean()) {
      spec = spec.background();
    }
    if (random.nextInt(3) == 0) {
      spec =
          spec.deadline(Duration.ofMillis(1 + random.nextInt(2000)))
              .onDeadline(random.nextBoolean() ? OnDeadline.DETACH : OnDeadline.STOP)
              .deadlineOnceDetached(Duration.ofMillis(random.nextInt(2) * 1500L));
    }
    if (random.nextInt(4) == 0) {
      spec = spec.cancelledBy(signals.get(random.nextInt(signals.size())));
    }
    if (random.nextInt(4) == 0) {
      spec = spec.stalledAfter(Duration.ofMillis(1 + random.nextInt(1000)));
    }
    return spec;
  }

  private void host(Random random) {
    LimitKey[] keys =
        LIMITS.keySet().stream()
            .sorted()
            .filter(key -> random.nextInt(3) == 0)
            .toArray(LimitKey[]::new);
    ChaosWork work = new ChaosWork(List.of(keys), random.nextInt(3), ledger);
    HostSpec spec = spec(TaskSpec.host("chaos", work), random).limitKeys(keys);
    if (keys.length > 0 && random.nextInt(3) == 0) {
      spec = spec.waitForPermit();
    }
    start(spec, work);
  }

  private void command(Random random) {
    CommandSpec command = sh(directory, SCRIPTS[random.nextInt(SCRIPTS.length)]);
    CommandSpec spec =
        spec(command.runner(random.nextBoolean() ? Runner.PIPES : Runner.SUPERVISED), random);
    if (random.nextInt(3) == 0) {
      spec = spec.limitKeys(LimitKey.of("chaos:two"));
    }
    start(spec, new ChaosWork(List.of(), 0, ledger));
  }

  private void start(TaskSpec<?> spec, ChaosWork work) {
    int before = ledger.opening(); // somebody may open the next manager until it is noted
    ledger.started(manager.start(spec), spec, work, before);
  }

  /** Of a task in the foreground nothing needs to be left for who looks for it. */
  private static void lookingUp(Runnable step) {
    try {
      step.run();
    } catch (InvalidRequestException e) {
      if (!e.getMessage().contains("is kept")) {
        throw e;
      }
    }
  }

  private void await(Random random) {
    Duration time = Duration.ofMillis(random.nextInt(4));
    List<TaskId> ids = ledger.some(random).map(it -> List.of(it.handle().id())).orElse(List.of());
    switch (random.nextInt(5)) {
      case 0 -> manager.awaitAny(List.of(), time);
      case 1 -> manager.awaitAny(ids, time).ended().forEach(ledger::seen);
      case 2 -> manager.awaitAll(info -> true, time);
      case 3 -> ledger.some(random).ifPresent(it -> it.handle().awaitRelease(time));
      default -> ledger.some(random).ifPresent(it -> ledger.seen(it.handle().await(time)));
    }
  }

  private void interrupted(Random random) {
    ChaosLedger.Entry entry = ledger.some(random).orElse(null);
    if (entry == null) {
      return;
    }
    Thread.currentThread().interrupt();
    try {
      entry.handle().await(SOON);
    } catch (InterruptedWaitException e) {
      // as it should be
    } finally {
      Thread.interrupted();
    }
  }

  private void look(Random random) {
    ledger
        .some(random)
        .ifPresent(
            it -> {
              it.handle().info();
              it.handle().output();
              it.handle().follow(0, page -> {});
            });
    manager.list();
    manager.active().forEach(info -> manager.find(info.id()).ifPresent(TaskHandle::info));
    manager.foreground().forEach(info -> manager.find(info.id()).ifPresent(TaskHandle::started));
    ledger.countPermits(engine);
  }

  private void read(Random random) {
    TaskHandle task = ledger.some(random).map(ChaosLedger.Entry::handle).orElse(null);
    if (task == null) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> task.output(random.nextInt(64));
      case 1 -> task.output(random.nextInt(8), 64);
      case 2 -> task.follow(0, page -> {}).close();
      default -> task.follow(random.nextInt(4), page -> task.output(0, 4));
    }
  }

  /** While somebody listens to what is written, each run is watched. */
  private void watch(Random random) {
    if (random.nextBoolean() || watching.isEmpty()) {
      watching.add(manager.subscribe(TaskEvent.Output.class, event -> {}));
    } else {
      watching.forEach(EventSubscription::close);
    }
  }

  /** What another instance may do to a task: only a supervised command can be detached there. */
  private void elsewhere(Random random) {
    ChaosLedger.Entry entry = ledger.some(random).orElse(null);
    if (other == null || entry == null) {
      return;
    }
    try {
      TaskHandle there = other.find(entry.handle().id()).orElse(null);
      if (there == null) {
        return;
      }
      switch (random.nextInt(4)) {
        case 0 -> {
          if (!entry.spec().waitsForPermit()) { // who takes one back that waits is who tells that
            there.stop(new StopReason(Origin.HOST, "elsewhere"));
          }
        }
        case 1 -> ledger.seen(there.await(Duration.ofMillis(random.nextInt(4))));
        default -> detach(entry, there);
      }
    } catch (InvalidRequestException e) {
      if (!e.getMessage().contains("is kept")) {
        throw e;
      }
    }
  }

  private void detach(ChaosLedger.Entry entry, TaskHandle task) {
    try {
      entry.detached(task.detach());
    } catch (InvalidRequestException e) {
      boolean cannot = entry.spec().waitsForPermit() || task != entry.handle();
      if (!cannot || !e.getMessage().contains("only the instance")) {
        throw e;
      }
    }
  }

  private void restart() {
    synchronized (opening) {
      ledger.obey(true);
      manager.close();
      open();
      ledger.obey(false);
    }
  }

  /** Ends whatever still goes on, and waits until everything is told. */
  private void settle() throws Exception {
    ledger.obey(true);
    for (ChaosLedger.Entry entry : ledger.all()) {
      entry.work().finish("settled");
    }
    // in this order: what a deadline puts into the background meanwhile is in the second list
    List<TaskInfo> left = new ArrayList<>(manager.foreground());
    left.addAll(manager.active());
    for (TaskInfo info : left) {
      if (!info.kind().equals("host")) {
        manager.find(info.id()).ifPresent(it -> it.stop("settling"));
      }
    }
    if (!manager.awaitAll(info -> true, SOON)) {
      throw new AssertionError("does not end: " + manager.active() + manager.foreground());
    }
    for (ChaosLedger.Entry entry : ledger.all()) {
      end(entry);
    }
    // one listener gets everything in order: behind this one's end there is nothing more to come
    CountDownLatch last = ledger.awaitEndOf("the last");
    manager.start(TaskSpec.host("the last", HostWork.of(run -> ""))).await(SOON);
    if (!last.await(SOON.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the listener is not told any more");
    }
  }

  private void end(ChaosLedger.Entry entry) throws Exception {
    CompletableFuture<TaskResult> end = entry.end();
    try {
      TaskResult result = end.get(SOON.toSeconds(), TimeUnit.SECONDS);
      ledger.seen(result);
      if (result.isRunning()) {
        throw new AssertionError("told to have ended and has not: " + result);
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof ClosedException) || entry.opening() == ledger.opening()) {
        throw new AssertionError("the wait for " + entry + " failed", e.getCause());
      }
    } catch (TimeoutException e) {
      throw new AssertionError("nobody was told the end of " + entry, e);
    }
  }

  /** Whoever is told nothing more is not told by a field that another thread reads later. */
  static <V> Map<TaskId, V> byTask() {
    return new ConcurrentHashMap<>();
  }
}
