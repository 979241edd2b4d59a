package io.kugetsu.bench;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Runs the benchmarks that are named, or all; see .ci/bench. */
final class Benchmarks {
  static final List<Benchmark> ALL =
      List.of(
          Benchmark.of("durable-write", Floors::measureDurableWrite),
          Benchmark.of("enqueue", Enqueue::measure),
          Benchmark.of("queued-items", QueuedItems::measure),
          Benchmark.of("delegate", Delegating::measure),
          Benchmark.of("next-start", NextStart::measure),
          Benchmark.of("freed-by-kill", FreedByKill::measure),
          Benchmark.of("freed-permit", FreedPermit::measure),
          Benchmark.of("idle-dispatcher", IdleDispatcher::measure),
          Benchmark.of("start-to-exit", StartToExit::measure),
          Benchmark.of("ending", Endings::measure),
          Benchmark.of("stop-tree", StopTree::measure),
          Benchmark.of("worktree-of-20-files", WorktreeCost::measureSmall),
          Benchmark.of("worktree-of-20000-files", WorktreeCost::measureLarge),
          Benchmark.of("worktree-list", WorktreeCost::measureList),
          Benchmark.of("running-tasks", RunningTasks::measure),
          Benchmark.of("many-tasks", ManyTasks::measure),
          Benchmark.of("much-output", MuchOutput::measure));

  static final int MET = 0;
  static final int UNMET = 1;
  static final int UNKNOWN = 2;

  private final List<Benchmark> known;
  private final FigureTable table;
  private final PrintStream out;
  private final Clock clock;

  Benchmarks(List<Benchmark> known, FigureTable table, PrintStream out, Clock clock) {
    this.known = known;
    this.table = table;
    this.out = out;
    this.clock = clock;
  }

  /** Takes names of benchmarks; ends the JVM with 0, 1 or 2. */
  public static void main(String[] names) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Benchmarks benchmarks =
        new Benchmarks(ALL, new FigureTable(Path.of("docs/benchmarks.md")), out, Clock.systemUTC());
    System.exit(benchmarks.run(List.of(names), Duration.ofMinutes(45)));
  }

  /**
   * Runs benchmarks one after another, prints a line for each figure, and writes each benchmark's
   * rows as soon as it has ended.
   *
   * @param names which; none means all
   * @param limit the time for all of them; who is not done by then is unmet
   * @return {@link #MET}, {@link #UNMET} or {@link #UNKNOWN}
   */
  int run(List<String> names, Duration limit) throws IOException, InterruptedException {
    List<Benchmark> wanted = new ArrayList<>();
    for (String name : names) {
      known.stream().filter(one -> one.name().equals(name)).forEach(wanted::add);
    }
    if (wanted.size() < names.size()) {
      out.println(
          "unknown: "
              + names.stream().filter(name -> !isKnown(name)).collect(joining(" "))
              + "; the benchmarks are: "
              + known.stream().map(Benchmark::name).collect(joining(" ")));
      return UNKNOWN;
    }
    if (names.isEmpty()) {
      wanted.addAll(known);
    }
    long end = System.nanoTime() + limit.toNanos();
    boolean met = true;
    out.println("name | measured | floor | ratio | goal | met");
    for (Benchmark benchmark : wanted) {
      long left = end - System.nanoTime();
      met &= left > 0 ? runOne(benchmark, left) : isLate(benchmark);
    }
    return met ? MET : UNMET;
  }

  private boolean isKnown(String name) {
    return known.stream().anyMatch(one -> one.name().equals(name));
  }

  private boolean runOne(Benchmark benchmark, long nanosLeft)
      throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("kugetsu-bench");
    FutureTask<List<Figure>> task = new FutureTask<>(() -> benchmark.measure(scratch));
    Thread thread = new Thread(task, "bench-" + benchmark.name());
    thread.setDaemon(true);
    thread.start();
    try {
      List<Figure> figures = task.get(nanosLeft, TimeUnit.NANOSECONDS);
      for (Figure figure : figures) {
        out.println(FigureTable.nameOf(benchmark.name(), figure) + " | " + figure.row());
      }
      table.replace(benchmark.name(), figures, whenAndWhere());
      return figures.stream().allMatch(Figure::isMet);
    } catch (TimeoutException e) {
      task.cancel(true);
      return isLate(benchmark);
    } catch (ExecutionException e) {
      out.println(benchmark.name() + " | - | - | - | no failure | unmet");
      e.getCause().printStackTrace(out);
      return false;
    } finally {
      delete(scratch);
    }
  }

  private boolean isLate(Benchmark benchmark) {
    out.println(benchmark.name() + " | - | - | - | done in time | unmet");
    return false;
  }

  private String whenAndWhere() {
    String kernel = System.getProperty("os.version").replaceAll("^(\\d+\\.\\d+).*", "$1");
    return LocalDate.now(clock)
        + ", JDK "
        + System.getProperty("java.version")
        + ", "
        + System.getProperty("os.name")
        + " "
        + kernel
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores";
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
