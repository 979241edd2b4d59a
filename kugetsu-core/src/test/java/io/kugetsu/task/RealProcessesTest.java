package io.kugetsu.task;

import static io.kugetsu.task.Managers.SOON;
import static io.kugetsu.task.Managers.builder;
import static io.kugetsu.task.Managers.environment;
import static io.kugetsu.task.Managers.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.task.CommandSpec.Runner;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What real commands do, and what a task makes of it. */
@Timeout(120)
class RealProcessesTest extends LeakFree {
  private static final StopReason BY_ME = StopReason.user("enough");

  @TempDir Path directory;

  static Stream<Arguments> endings() {
    return Stream.of(Runner.values())
        .flatMap(
            runner ->
                Stream.of(
                    Arguments.of(runner, "exit 0", OptionalInt.of(0), Optional.empty()),
                    Arguments.of(runner, "exit 3", OptionalInt.of(3), Optional.empty()),
                    Arguments.of(runner, "exit 255", OptionalInt.of(255), Optional.empty()),
                    Arguments.of(
                        runner, "kill -TERM $$", OptionalInt.empty(), Optional.of("SIGTERM")),
                    Arguments.of(
                        runner, "kill -KILL $$", OptionalInt.empty(), Optional.of("SIGKILL"))));
  }

  @ParameterizedTest
  @MethodSource("endings")
  void status_exit_code_and_signal_are_kept_apart(
      Runner runner, String script, OptionalInt code, Optional<String> signal) {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = tasks.start(sh(directory, script).runner(runner).background());
      TaskResult result = task.await(SOON);

      boolean well = code.equals(OptionalInt.of(0));
      assertEquals(well ? TaskStatus.COMPLETED : TaskStatus.FAILED, result.status());
      assertEquals(code, result.exitCode());
      assertEquals(signal, result.signal());
      assertEquals(
          well
              ? Optional.empty()
              : Optional.of(signal.isPresent() ? FailureType.SIGNAL : FailureType.EXIT_CODE),
          result.outcome().failure());
      assertEquals(Optional.empty(), result.info().stop());
      assertEquals(result, tasks.find(task.id()).orElseThrow().await(SOON), "as it is kept");
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void who_ignores_sigterm_is_killed_and_the_signal_is_told(Runner runner) throws Exception {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          started(tasks, sh(directory, "trap '' TERM; echo up; sleep 600; sleep 600"), runner);

      assertTrue(task.stop(BY_ME));

      TaskResult result = task.await(SOON);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals(Optional.of(FailureType.STOPPED), result.outcome().failure());
      assertEquals(Optional.of("SIGKILL"), result.signal());
      assertEquals(OptionalInt.empty(), result.exitCode());
      assertEquals(Optional.of(BY_ME), result.info().stop());
      assertNothingLives(task);
    }
  }

  static Stream<Arguments> trees() {
    return Stream.of(Runner.values())
        .flatMap(
            runner ->
                Stream.of(
                        "sleep 600 & sleep 600 & echo up; sleep 600",
                        "(sh -c 'sleep 600 & sleep 600 &' &); echo up; sleep 600",
                        "setsid sleep 600 & echo up; wait",
                        "setsid sh -c 'setsid sleep 600 & sleep 600' & echo up; sleep 600",
                        "trap 'sleep 600 & setsid sleep 600 & sleep 600' TERM; echo up;"
                            + " while :; do sleep 600 & wait; done",
                        "trap '' TERM; echo up; i=0;"
                            + " while [ $i -lt 300 ]; do sleep 600 & i=$((i+1)); done; wait")
                    .map(script -> Arguments.of(runner, script)));
  }

  @ParameterizedTest
  @MethodSource("trees")
  void a_stop_reaches_the_whole_tree(Runner runner, String script) throws Exception {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = started(tasks, sh(directory, script), runner);

      assertTrue(task.stop(BY_ME));

      assertEquals(TaskStatus.INTERRUPTED, task.await(SOON).status());
      assertNothingLives(task);
    }
  }

  static Stream<Arguments> leftovers() {
    return Stream.of(Runner.values())
        .flatMap(
            runner ->
                Stream.of(
                        "sleep 600 & echo said",
                        "(sh -c 'sleep 600 &' &); echo said",
                        "setsid sleep 600 & echo said",
                        "setsid sleep 600 </dev/null >/dev/null 2>&1 & echo said")
                    .map(script -> Arguments.of(runner, script)));
  }

  @ParameterizedTest
  @MethodSource("leftovers")
  void what_a_command_leaves_behind_neither_delays_its_end_nor_lives_on(
      Runner runner, String script) {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task = tasks.start(sh(directory, script).runner(runner));

      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());

      assertEquals("said\n", task.output(100));
      assertNothingLives(task);
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void who_closes_its_output_early_is_waited_for(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "echo said; exec >&- 2>&-; read x <gate; exit 4").runner(runner));
      gate.write("go");

      TaskResult result = task.await(SOON);

      assertEquals(OptionalInt.of(4), result.exitCode());
      assertEquals("said\n", task.output(100));
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void above_the_ceiling_it_is_ended_and_fails(Runner runner) {
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "sleep 600 & while :; do echo 0123456789abcdef; done")
                  .outputCeiling(256 << 10)
                  .background()
                  .runner(runner));

      TaskResult result = task.await(SOON);

      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals(Optional.of(FailureType.OUTPUT_LIMIT), result.outcome().failure());
      assertTrue(result.outcome().error().contains("262144"), result.outcome().error());
      assertEquals("0123456789abcdef\n", task.output(0, 17).text());
      assertNothingLives(task);
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void below_a_raised_ceiling_all_of_it_is_there(Runner runner) {
    long size = 20L << 20;
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "yes 0123456789abcde | head -c " + size + "; echo end")
                  .outputCeiling(32L << 20)
                  .background()
                  .runner(runner));

      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());

      assertEquals(size + 4, task.output().size());
      assertEquals("abcde\nend\n", task.output(10));
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void a_character_that_comes_in_halves_is_told_whole(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "printf 'x\\n\\303'; read a <gate; printf '\\251\\n'")
                  .background()
                  .runner(runner));
      StringBuilder told = new StringBuilder();
      CountDownLatch first = new CountDownLatch(1);
      OutputFollowing following =
          task.follow(
              0,
              page -> {
                told.append(page.text());
                first.countDown();
              });
      assertTrue(first.await(30, TimeUnit.SECONDS));
      gate.write("go");
      following.done().toCompletableFuture().get(30, TimeUnit.SECONDS);

      assertEquals("x\né\n", told.toString());
      assertEquals("\né\n", task.output(4));
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void all_of_its_input_arrives(Runner runner) {
    String line = "0123456789abcdé\n";
    String input = line.repeat(20_000);
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              TaskSpec.command("cat")
                  .in(directory)
                  .inherit(environment().keySet().toArray(String[]::new))
                  .stdin(input)
                  .background()
                  .runner(runner));

      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());

      assertEquals(input.getBytes(StandardCharsets.UTF_8).length, task.output().size());
      assertEquals(line + line, task.output(34));
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void only_what_is_listed_is_inherited_and_secrets_are_masked(Runner runner) throws Exception {
    Map<String, String> host = environment();
    host.put("LISTED", "listed-value");
    host.put("UNLISTED", "leaked-value");
    host.put("HOST_TOKEN", "hostsecret1");
    List<String> inherited = new ArrayList<>(environment().keySet());
    inherited.addAll(List.of("LISTED", "HOST_TOKEN"));
    List<String> told = new CopyOnWriteArrayList<>();
    try (BackgroundManager tasks = builder(directory).environment(host).open();
        EventSubscription unused =
            tasks.subscribe(TaskEvent.Output.class, event -> told.add(event.chunk().text()))) {
      TaskHandle task =
          tasks.start(
              sh(directory, "env; echo said $OWN_TOKEN and $HOST_TOKEN; exit 1")
                  .inherit(inherited.toArray(String[]::new))
                  .variable("OWN_TOKEN", "ownsecret22")
                  .variable("PLAIN", "plain-value")
                  .background()
                  .runner(runner));
      TaskResult result = task.await(SOON);

      String output = task.output(100_000);
      assertTrue(output.contains("LISTED=listed-value"), output);
      assertTrue(output.contains("PLAIN=plain-value"), output);
      assertFalse(output.contains("leaked-value"), output);
      TaskHandle found = tasks.find(task.id()).orElseThrow();
      for (String read :
          List.of(
              output,
              found.output(0, 100_000).text(),
              found.output().preview(),
              result.outcome().lastOutput(),
              String.join("", told),
              records())) {
        assertFalse(read.contains("ownsecret22"), read);
        assertFalse(read.contains("hostsecret1"), read);
      }
      assertTrue(output.contains("said ***MASKED*** and ***MASKED***"), output);
    }
  }

  private String records() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file :
          files
              .filter(Files::isRegularFile)
              .filter(it -> !it.endsWith("output.log")) // the command's own
              .toList()) {
        all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void its_priority_is_lowered_and_a_wrapper_runs_it(Runner runner) throws Exception {
    Process here = new ProcessBuilder("nice").start();
    int base =
        Integer.parseInt(
            new String(here.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle task =
          tasks.start(
              sh(directory, "nice; echo $BOXED")
                  .nice(7)
                  .wrapper("env", "BOXED=in a box")
                  .runner(runner));

      assertEquals(TaskStatus.COMPLETED, task.await(SOON).status());

      assertEquals(Math.min(19, base + 7) + "\nin a box\n", task.output(100));
    }
  }

  @Test
  void above_the_memory_ceiling_it_is_ended_and_fails() {
    try (BackgroundManager tasks = builder(directory).open()) {
      CommandSpec greedy =
          sh(directory, "sleep 600 & dd if=/dev/zero of=/dev/null bs=150M count=1000000")
              .memoryCeiling(64 << 20)
              .background();
      TaskHandle task = tasks.start(greedy);

      TaskResult result = task.await(SOON);

      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals(Optional.of(FailureType.MEMORY_LIMIT), result.outcome().failure());
      assertNothingLives(task);
      assertThrows(InvalidRequestException.class, () -> tasks.start(greedy.runner(Runner.PIPES)));
      assertEquals(1, tasks.list().size());
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void what_cannot_be_started_says_why_and_leaves_nothing(Runner runner) throws Exception {
    Path notExecutable = Files.writeString(directory.resolve("text"), "no program");
    try (BackgroundManager tasks = builder(directory).open()) {
      TaskHandle noProgram =
          tasks.start(TaskSpec.command("no-such-program").in(directory).runner(runner));
      TaskHandle noFile =
          tasks.start(TaskSpec.command("/no/such/program").in(directory).runner(runner));
      TaskHandle noDirectory =
          tasks.start(sh(directory.resolve("missing"), "exit 0").runner(runner));
      TaskHandle text =
          tasks.start(TaskSpec.command(notExecutable.toString()).in(directory).runner(runner));

      assertCannotStart(noProgram, "no-such-program");
      assertCannotStart(noFile, "/no/such/program");
      assertCannotStart(noDirectory, directory.resolve("missing").toString());
      assertCannotStart(text, notExecutable.toString());
      assertEquals(List.of(), tasks.list());
      assertEquals(List.of(), tasks.foreground());
      for (String kept : List.of("runs", "tasks/running", "tasks/pending")) {
        assertEquals(List.of(), files(kept));
      }
    }
  }

  private static void assertCannotStart(TaskHandle task, String name) {
    TaskResult result = task.await(SOON);
    assertEquals(TaskStatus.FAILED, result.status(), result::toString);
    assertEquals(Optional.of(FailureType.START), result.outcome().failure(), result::toString);
    assertTrue(result.outcome().error().contains(name), result.outcome()::error);
  }

  private List<String> files(String below) throws IOException {
    Path root = directory.resolve(below);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(it -> !it.equals(root)).map(Path::toString).toList();
    }
  }

  /**
   * Both come at once, over and over: it ends once, as one or the other, and nobody contradicts.
   */
  @ParameterizedTest
  @EnumSource(Runner.class)
  void an_exit_at_the_moment_of_a_stop_ends_it_once(Runner runner) throws Exception {
    Fifo gate = Fifo.create(directory.resolve("gate"));
    List<TaskEvent.Terminal> ends = new CopyOnWriteArrayList<>();
    int rounds = 20;
    try (BackgroundManager tasks = builder(directory).open()) {
      try (EventSubscription unused = tasks.subscribe(TaskEvent.Terminal.class, ends::add)) {
        for (int round = 0; round < rounds; round++) {
          TaskHandle task = tasks.start(sh(directory, "read x <gate; exit 5").runner(runner));
          CompletableFuture<Void> released =
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      gate.write("go");
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
          task.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
          if (round % 2 == 0) {
            released.get(30, TimeUnit.SECONDS);
          }
          boolean stopped = task.stop(BY_ME);
          TaskResult result = task.await(SOON);

          boolean interrupted = result.status() == TaskStatus.INTERRUPTED;
          assertTrue(stopped || !interrupted, "nobody else stopped it");
          assertEquals(
              Optional.of(interrupted ? FailureType.STOPPED : FailureType.EXIT_CODE),
              result.outcome().failure());
          if (!interrupted) {
            assertEquals(OptionalInt.of(5), result.exitCode());
            assertEquals(TaskStatus.FAILED, result.status());
          }
          assertNothingLives(task);
          letGo(gate, released);
        }
        Until.holds("each end is told", () -> ends.size() >= rounds);
      }
    }
    assertEquals(rounds, ends.stream().map(TaskEvent::task).distinct().count());
    assertEquals(rounds, ends.size());
  }

  /**
   * Whoever was to be let go may have been ended before it read: somebody has to be there for who
   * writes. Opened for both nobody has to wait for anybody.
   */
  private static void letGo(Fifo gate, CompletableFuture<Void> written) throws Exception {
    try (RandomAccessFile unused = new RandomAccessFile(gate.path().toFile(), "rw")) {
      written.handle((done, broken) -> done).get(30, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void an_exit_before_the_stop_counts_although_nobody_had_noted_it(Runner runner) throws Exception {
    AtomicReference<CountDownLatch> hold = new AtomicReference<>(new CountDownLatch(0));
    ExecutorService threads = Executors.newCachedThreadPool();
    try (BackgroundManager tasks =
        builder(directory)
            .executor(
                action ->
                    threads.execute(
                        () -> {
                          await(hold.get());
                          action.run();
                        }))
            .open()) {
      Fifo gate = Fifo.create(directory.resolve("gate"));
      TaskHandle task = tasks.start(sh(directory, "read x <gate; exit 5").runner(runner));
      task.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
      // by their pids: a process that is about to exit tells its mark no more, and lives a moment
      // on
      List<Long> running = OsProcesses.of(task.id() + ".1");
      assertFalse(running.isEmpty(), "it runs");
      CountDownLatch noted = new CountDownLatch(1);
      hold.set(noted);
      gate.write("go");
      Until.holds("it has ended", () -> running.stream().noneMatch(OsProcesses::lives));
      task.stop(BY_ME);
      noted.countDown();

      TaskResult result = task.await(SOON);

      assertEquals(TaskStatus.FAILED, result.status());
      assertEquals(OptionalInt.of(5), result.exitCode());
    } finally {
      threads.shutdown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it and waits until it has said something. */
  private static TaskHandle started(BackgroundManager tasks, CommandSpec spec, Runner runner)
      throws Exception {
    TaskHandle task = tasks.start(spec.runner(runner));
    CountDownLatch said = new CountDownLatch(1);
    try (OutputFollowing unused = task.follow(0, page -> said.countDown())) {
      assertTrue(said.await(30, TimeUnit.SECONDS), "it says something");
    }
    return task;
  }

  private static void assertNothingLives(TaskHandle task) {
    assertEquals(List.of(), OsProcesses.of(task.id() + ".1"), "survivors");
  }
}
