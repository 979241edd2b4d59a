package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.OwnSession;
import io.kugetsu.internal.ProcessFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting runs and learning how they end; the numbers are those of the design's invariants. */
class SupervisedRunnerTest {
  @RegisterExtension final SupervisedRuns runs = new SupervisedRuns();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 126, 127, 137, 143, 255})
  void case_2_an_exit_code_is_told_as_it_is(int code) throws Exception {
    SupervisedProcess run = runs.start(runs.sh("exit " + code).foreground(code % 2 == 0));
    ProcessExit exit = SupervisedRuns.await(run);

    assertEquals(code, exit.code().orElseThrow());
    assertEquals(code == 0, exit.isSuccess());
    assertEquals(RunState.EXITED, exit.state());
    assertEquals(RunState.EXITED, run.state());
    assertTrue(exit.outputComplete());
    assertEquals(0, exit.leftovers());
    ProcessExit again =
        SupervisedRuns.await(runs.runner.attach(run.runDirectory(), Following.exitOnly()));
    assertEquals(code, again.code().orElseThrow());
    assertEquals(RunState.EXITED, again.state());
  }

  @Test
  void a_death_by_a_signal_is_no_stop() throws Exception {
    ProcessExit exit = runs.run(runs.sh("kill -KILL $$"));

    assertEquals(Optional.of("SIGKILL"), exit.signal());
    assertFalse(exit.stopped());
    assertEquals(RunState.EXITED, exit.state());
  }

  @Test
  void a_program_that_cannot_be_executed_says_so_in_its_output() throws Exception {
    Path program = runs.place("broken");
    Files.writeString(program, "#!/no/such/interpreter\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

    SupervisedProcess run = runs.start(runs.command(program.toString()));

    assertTrue(Set.of(126, 127).contains(SupervisedRuns.await(run).code().orElseThrow()));
    assertTrue(SupervisedRuns.output(run).contains("broken"), SupervisedRuns.output(run));
    assertThrows(
        ProcessStartException.class, () -> runs.start(runs.command("no-such-program-anywhere")));
  }

  @Test
  void a_command_named_like_a_shells_own_is_a_program_all_the_same() throws Exception {
    Path program = runs.place("exit");
    Files.writeString(program, "#!/bin/sh\necho mine; exit 9\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

    assertEquals(9, runs.run(runs.command(program.toString())).code().orElseThrow());
    assertEquals(List.of("mine"), runs.lines.all());
  }

  @Test
  void every_word_arrives_byte_for_byte() throws Exception {
    String[] words = {
      "plain words",
      "it's",
      "\"q\"",
      "$HOME $(x) `x`",
      "two\nlines\r\n",
      "back\\",
      "",
      " ",
      "-n",
      "--",
      "*",
      "grüße 🐚",
      "\u0001\t"
    };
    SupervisedProcess run = runs.start(runs.sh("printf '%s\\0' \"$@\"", words));
    SupervisedRuns.await(run);

    assertEquals(
        List.of(words),
        List.of(SupervisedRuns.output(run).split("\0", -1)).subList(0, words.length));
  }

  @Test
  void case_1_the_start_is_written_down_with_the_number_the_caller_sees() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("cat \"$1\"; sleep 300", "x"));
    SupervisedRuns.awaitStatus(run.runDirectory(), "start");

    RunDirectory directory = RunDirectory.of(run.runDirectory());
    assertEquals(run.pid(), directory.pid().orElseThrow());
    assertEquals(run.startTicks(), directory.startTicks().orElseThrow());
    assertEquals(run.startTicks(), ProcessFacts.startTicks(run.pid()).orElseThrow());
    assertEquals(run.marker(), directory.marker());
    run.stop(Duration.ZERO);
    SupervisedRuns.await(run);
  }

  @Test
  void the_files_are_for_their_owner_only_and_hold_no_environment() throws Exception {
    ProcessSpec spec =
        ProcessSpec.builder(
                List.of("true"),
                Path.of("/tmp"),
                Map.of("PATH", "/usr/bin:/bin", "TOKEN", "s3cret"))
            .runDirectory(runs.directory())
            .marker(runs.token)
            .stdin("prompt")
            .build();
    SupervisedProcess run = runs.runner.start(spec);
    SupervisedRuns.await(run);

    for (Path file : files(run.runDirectory())) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
          "" + file);
      assertFalse(Files.readString(file).contains("s3cret"), "" + file);
    }
    assertEquals(5, files(run.runDirectory()).size());
  }

  @Test
  void case_12_on_a_full_disk_the_exit_code_survives() throws Exception {
    Path disk = Files.createDirectory(runs.place("disk"));
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "" + disk).start();
    Assumptions.assumeTrue(mount.waitFor() == 0, "a small file system cannot be mounted here");
    try {
      for (int code : new int[] {0, 7}) {
        Path directory = Files.createDirectory(disk.resolve("run" + code));
        ProcessSpec spec =
            runs.sh("yes 2>/dev/null; echo more; exit " + code).runDirectory(directory).build();
        ProcessExit exit = SupervisedRuns.await(runs.runner.start(spec));
        assertEquals(code, exit.code().orElseThrow());
        assertEquals(RunState.EXITED, RunDirectory.of(directory).state());
        Files.delete(directory.resolve("output.log"));
      }
    } finally {
      new ProcessBuilder("umount", "-l", "" + disk).start().waitFor();
    }
  }

  @Test
  void case_12_an_exit_that_has_no_room_in_the_file_stands_in_its_name() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("exit 7"));
    SupervisedRuns.await(run);
    Path status = run.runDirectory().resolve("status");
    String text = Files.readString(status).replaceAll("exit.*\n", "ex");
    Files.delete(status);
    Files.writeString(run.runDirectory().resolve("status.exit.7"), text);

    assertEquals(RunState.EXITED, RunDirectory.of(run.runDirectory()).state());
    ProcessExit exit =
        SupervisedRuns.await(runs.runner.attach(run.runDirectory(), Following.exitOnly()));
    assertEquals(7, exit.code().orElseThrow());
  }

  @RepeatedTest(10)
  void case_13_a_detach_and_an_exit_that_race_have_one_outcome() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("exit 4").foreground(true));

    assertTrue(run.detach());

    assertEquals(4, SupervisedRuns.await(run).code().orElseThrow());
    assertEquals(RunState.EXITED, run.state());
    assertTrue(run.detach());
  }

  @Test
  void of_a_detach_and_a_cut_the_first_counts() throws Exception {
    SupervisedProcess detached = runs.start(runs.sh("sleep 300").foreground(true));
    SupervisedProcess cut = runs.start(runs.sh("sleep 300").foreground(true));

    assertTrue(detached.detach());
    assertFalse(RunDirectory.of(detached.runDirectory()).cut());
    assertTrue(RunDirectory.of(cut.runDirectory()).cut());
    assertFalse(cut.detach());

    for (SupervisedProcess each : List.of(detached, cut)) {
      each.stop(Duration.ofSeconds(5));
      SupervisedRuns.await(each);
      assertFalse(RunDirectory.of(each.runDirectory()).cut(), "it has ended");
    }
  }

  @Test
  void a_detached_run_outlives_the_runner_and_another_does_not() throws Exception {
    SupervisedProcess kept = runs.start(runs.sh("echo up; sleep 300").foreground(true));
    SupervisedProcess cut = runs.start(runs.sh("echo up; sleep 300").foreground(true));
    SupervisedProcess byOthers = runs.start(runs.sh("echo up; sleep 300").foreground(true));
    SupervisedProcess background = runs.start(runs.sh("echo up; sleep 300"));
    for (int i = 0; i < 4; i++) {
      runs.lines.awaitLine("up");
    }
    assertTrue(kept.detach());
    assertTrue(RunDirectory.of(byOthers.runDirectory()).detach());

    long before = System.nanoTime();
    runs.runner.close();
    assertTrue(System.nanoTime() - before < 15_000_000_000L, "waits for what goes on");

    ProcessExit exit = SupervisedRuns.await(cut);
    assertEquals(RunState.CUT, exit.state());
    assertEquals(143, exit.code().orElseThrow());
    assertFalse(cut.detach());
    assertFalse(kept.exit().toCompletableFuture().isDone());
    assertEquals(RunState.RUNNING, kept.state());
    assertEquals(RunState.RUNNING, byOthers.state());
    assertEquals(RunState.RUNNING, background.state());
    try (SupervisedRunner next = new SupervisedRunner()) {
      for (SupervisedProcess each : List.of(kept, byOthers, background)) {
        SupervisedProcess adopted = next.attach(each.runDirectory(), Following.exitOnly());
        adopted.stop(Duration.ofSeconds(5));
        assertEquals(RunState.STOPPED, SupervisedRuns.await(adopted).state());
      }
    }
  }

  @Test
  void a_close_ends_what_left_the_session_of_a_foreground_run_too() throws Exception {
    SupervisedProcess run =
        runs.start(runs.sh("setsid sleep 300 & echo up; sleep 300").foreground(true));
    runs.lines.awaitLine("up");

    runs.runner.close();

    assertEquals(RunState.CUT, SupervisedRuns.await(run).state());
    assertEquals(Set.of(), runs.survivors());
    runs.runner.close();
    assertThrows(ClosedException.class, () -> runs.start(runs.sh("true")));
    assertThrows(
        ClosedException.class, () -> runs.runner.attach(run.runDirectory(), Following.exitOnly()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void case_15_too_much_output_ends_it_and_the_reason_is_known(boolean listens) throws Exception {
    long ceiling = 1 << 20;
    ProcessSpec.Builder spec = runs.quiet("sh", "-c", "yes 0123456789").outputCeiling(ceiling);
    List<String> lines = new ArrayList<>();
    SupervisedProcess run = runs.start(listens ? spec.lineListener(lines::add) : spec);

    ProcessExit exit = SupervisedRuns.await(run);

    assertEquals(ceiling, exit.outputLimit().orElseThrow());
    assertFalse(exit.stopped());
    assertFalse(exit.outputComplete());
    assertFalse(exit.isSuccess());
    assertTrue(SupervisedRuns.status(run).contains("\nstop output-limit\n"));
    // One poll of a writer that nothing slows down, and what it writes while it is ended.
    assertTrue(Files.size(run.runDirectory().resolve("output.log")) < ceiling + (256L << 20));
    if (listens) {
      assertEquals(ceiling, lines.stream().mapToLong(line -> line.length() + 1).sum(), 11);
    }
    ProcessExit later =
        SupervisedRuns.await(runs.runner.attach(run.runDirectory(), Following.exitOnly()));
    assertEquals(ceiling, later.outputLimit().orElseThrow());
    assertFalse(later.stopped());
  }

  @Test
  void too_much_memory_ends_it_and_the_reason_is_known() throws Exception {
    long ceiling = 48L << 20;
    SupervisedProcess run =
        runs.start(
            runs.sh("perl -e '$x = \"x\" x (96 << 20); sleep 300' & wait").memoryCeiling(ceiling));

    ProcessExit exit = SupervisedRuns.await(run);

    assertEquals(ceiling, exit.memoryLimit().orElseThrow());
    assertFalse(exit.stopped());
    assertTrue(SupervisedRuns.status(run).contains("\nstop memory-limit\n"));
    assertEquals(RunState.STOPPED, exit.state());
    SupervisedProcess small = runs.start(runs.sh("sleep 2.5; exit 3").memoryCeiling(ceiling));
    assertEquals(3, SupervisedRuns.await(small).code().orElseThrow());
  }

  @Test
  void a_runner_without_a_memory_ceiling_refuses_one() throws Exception {
    ProcessSpec spec = runs.sh("true").memoryCeiling(1).build();
    try (PipeRunner pipes = new PipeRunner()) {
      assertThrows(InvalidRequestException.class, () -> pipes.start(spec));
    }
  }

  @Test
  void case_19_many_runs_cost_next_to_nothing_each() throws Exception {
    int count = 60;
    // Whatever is made once is there before.
    runs.run(runs.quiet("true"));
    int threads = Thread.getAllStackTraces().size();
    long descriptors = descriptors();
    List<SupervisedProcess> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(runs.start(runs.quiet("sleep", "300")));
    }

    assertTrue(descriptors() - descriptors < 10, "open files: " + (descriptors() - descriptors));
    int more = Thread.getAllStackTraces().size() - threads;
    assertTrue(more <= count + 5, "threads: " + more);
    try (SupervisedRunner other = new SupervisedRunner()) {
      int before = Thread.getAllStackTraces().size();
      List<SupervisedProcess> adopted = new ArrayList<>();
      for (SupervisedProcess each : all) {
        adopted.add(other.attach(each.runDirectory(), Following.exitOnly()));
      }
      assertTrue(Thread.getAllStackTraces().size() - before < 8);
      all.forEach(each -> each.stop(Duration.ZERO));
      for (SupervisedProcess each : adopted) {
        assertEquals(RunState.STOPPED, SupervisedRuns.await(each).state());
      }
    }
    for (SupervisedProcess each : all) {
      SupervisedRuns.await(each);
    }
  }

  @Test
  void case_20_a_large_input_arrives_byte_for_byte() throws Exception {
    byte[] bytes = new byte[1 << 20];
    new Random(7).nextBytes(bytes);

    SupervisedProcess run = runs.start(runs.command("cat").stdin(bytes));

    assertTrue(SupervisedRuns.await(run).isSuccess());
    assertEquals(
        -1, Arrays.mismatch(bytes, Files.readAllBytes(run.runDirectory().resolve("output.log"))));
    assertEquals(0, runs.run(runs.command("cat")).code().orElseThrow());
  }

  @Test
  void case_25_nothing_writes_to_the_directory_of_a_run_that_has_ended() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("(sleep 300 &); echo out").foreground(true));
    SupervisedRuns.await(run);
    for (Path file : files(run.runDirectory())) {
      Files.delete(file);
    }
    Files.delete(run.runDirectory());

    runs.run(runs.sh("sleep .2"));
    assertFalse(Files.exists(run.runDirectory()));
    assertEquals(RunState.EXITED, run.state());
    assertEquals("", run.tail(100));
  }

  @Test
  void a_directory_that_is_deleted_while_it_runs_does_not_hang_anybody() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep .2; exit 5"));
    runs.lines.awaitLine("up");
    for (Path file : files(run.runDirectory())) {
      Files.delete(file);
    }

    assertEquals(5, SupervisedRuns.await(run).code().orElseThrow());
  }

  @Test
  void what_cannot_be_meant_is_refused_and_nothing_is_left() throws Exception {
    assertThrows(
        InvalidRequestException.class,
        () ->
            runs.runner.start(
                ProcessSpec.builder(List.of("true"), Path.of("/tmp"), SupervisedRuns.PATH)
                    .build()));
    assertThrows(
        InvalidRequestException.class,
        () -> runs.start(runs.sh("true").logFile(runs.place("elsewhere.log"))));
    assertThrows(
        StorageException.class,
        () -> runs.start(runs.sh("true").runDirectory(runs.place("missing"))));
    SupervisedProcess run = runs.start(runs.sh("exit 3"));
    SupervisedRuns.await(run);
    assertThrows(
        StorageException.class, () -> runs.start(runs.sh("true").runDirectory(run.runDirectory())));
    assertEquals(3, RunDirectory.of(run.runDirectory()).status().code().orElseThrow());
    ProcessSpec.Builder tooLong = runs.sh("x", "y".repeat(131_072));
    assertThrows(ProcessStartException.class, () -> runs.start(tooLong));
    assertEquals(
        List.of(), files(tooLong.build().runDirectory().orElseThrow()), "no file of this call");
  }

  @Test
  void without_a_session_maker_it_runs_and_says_what_that_means() throws Exception {
    Supervisor plain = new Supervisor("/bin/sh", List.of());
    try (SupervisedRunner runner = new SupervisedRunner(Clock.systemUTC(), null, plain)) {
      assertEquals(1, runner.capabilities().limits().size());
      assertEquals(List.of(), runs.runner.capabilities().limits());
      SupervisedProcess run =
          runner.start(runs.sh("echo up; sleep 300 & sleep 300").foreground(true).build());
      runs.lines.awaitLine("up");
      run.stop(SupervisedRuns.NEVER_OVER);
      assertEquals(143, SupervisedRuns.await(run).code().orElseThrow());
      SupervisedProcess other =
          runner.start(runs.sh("echo up; sleep 300").foreground(true).build());
      runs.lines.awaitLine("up");
      runner.close();
      assertTrue(SupervisedRuns.await(other).state().hasEnded());
    }
  }

  @Test
  void perl_makes_a_session_as_well() throws Exception {
    Assumptions.assumeTrue(OwnSession.find("perl").isPresent(), "perl is not here");
    Supervisor perl =
        new Supervisor(
            "/bin/sh",
            List.of("perl", "-e", "use POSIX qw(setsid); setsid(); exec {$ARGV[0]} @ARGV"));
    try (SupervisedRunner runner = new SupervisedRunner(Clock.systemUTC(), null, perl)) {
      SupervisedProcess run = runner.start(runs.sh("echo up; sleep 300").build());
      runs.lines.awaitLine("up");
      assertEquals(run.pid(), RunDirectory.of(run.runDirectory()).status().group());
      run.stop(SupervisedRuns.NEVER_OVER);
      assertEquals(143, SupervisedRuns.await(run).code().orElseThrow());
    }
  }

  @Test
  void without_a_shell_it_says_that_it_can_do_nothing() throws Exception {
    try (SupervisedRunner runner = new SupervisedRunner(Clock.systemUTC(), null, null)) {
      assertFalse(runner.capabilities().survivesJvm());
      ProcessSpec spec = runs.sh("true").build();
      assertThrows(ProcessStartException.class, () -> runner.start(spec));
    }
  }

  @Test
  void lines_are_handed_on_by_the_executor_that_is_given() throws Exception {
    List<String> seen = new ArrayList<>();
    try (SupervisedRunner runner =
        new SupervisedRunner(Clock.systemUTC(), task -> new Thread(task, "given").start())) {
      ProcessSpec.Builder spec =
          runs.quiet("sh", "-c", "echo 1; echo 2")
              .lineListener(line -> seen.add(line + " " + Thread.currentThread().getName()));
      assertTrue(SupervisedRuns.await(runner.start(spec.build())).outputComplete());
    }
    assertEquals(List.of("1 given", "2 given"), seen);
    try (SupervisedRunner runner =
        new SupervisedRunner(
            Clock.systemUTC(),
            task -> {
              throw new RejectedExecutionException();
            })) {
      ProcessExit exit = SupervisedRuns.await(runner.start(runs.sh("echo 1; exit 3").build()));
      assertEquals(3, exit.code().orElseThrow());
      assertFalse(exit.outputComplete());
    }
  }

  @Test
  void an_exit_is_told_soon() throws Exception {
    List<Long> own = new ArrayList<>();
    List<Long> adopted = new ArrayList<>();
    try (SupervisedRunner other = new SupervisedRunner()) {
      for (int i = 0; i < 20; i++) {
        SupervisedProcess run = runs.start(runs.sh("sleep .1; date +%s%N > stamp." + "" + i));
        SupervisedProcess followed = other.attach(run.runDirectory(), Following.exitOnly());
        CountDownLatch both = new CountDownLatch(2);
        run.exit().thenRun(() -> note(own, both));
        followed.exit().thenRun(() -> note(adopted, both));
        assertTrue(both.await(30, TimeUnit.SECONDS));
        long ended = Long.parseLong(Files.readString(runs.place("stamp." + i)).strip());
        own.set(i, own.get(i) - ended);
        adopted.set(i, adopted.get(i) - ended);
      }
    }
    // The quickest: the machine may be busy with something else. The benchmarks measure it.
    assertTrue(Collections.min(own) < 200_000_000L, "own: " + own);
    assertTrue(Collections.min(adopted) < 200_000_000L, "adopted: " + adopted);
  }

  private static void note(List<Long> stamps, CountDownLatch both) {
    Instant now = Instant.now();
    synchronized (stamps) {
      stamps.add(now.getEpochSecond() * 1_000_000_000L + now.getNano());
    }
    both.countDown();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (var all = Files.list(directory)) {
      return all.toList();
    }
  }

  private static long descriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void a_supervisor_that_dies_before_its_first_line_ends_the_run() throws Exception {
    Path full = runs.place("full");
    Files.writeString(full, "#!/bin/sh\nulimit -f 0; trap '' XFSZ; exec sh \"$@\"\n");
    assertTrue(full.toFile().setExecutable(true));
    for (String shell : List.of("/bin/false", full.toString())) {
      Supervisor dying = new Supervisor(shell, List.of());
      try (SupervisedRunner runner = new SupervisedRunner(Clock.systemUTC(), null, dying)) {
        SupervisedProcess run = runner.start(runs.sh("echo up").build());
        ProcessExit exit = SupervisedRuns.await(run);
        assertEquals(RunState.NEVER_STARTED, exit.state(), shell);
        assertEquals(RunState.NEVER_STARTED, RunDirectory.of(run.runDirectory()).state(), shell);
        assertEquals(Optional.empty(), exit.signal());
        assertTrue(exit.code().isEmpty());
      }
    }
    assertEquals(List.of(), runs.lines.all());
  }

  @Test
  void of_two_that_start_in_one_directory_at_once_one_runs_and_is_not_harmed() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    for (int round = 0; round < 50; round++) {
      ProcessSpec spec = runs.quiet("/bin/sh", "-c", "exit 3").build();
      CyclicBarrier both = new CyclicBarrier(2);
      Callable<Optional<SupervisedProcess>> start =
          () -> {
            both.await();
            try {
              return Optional.of(runs.runner.start(spec));
            } catch (StorageException e) {
              return Optional.empty();
            }
          };
      List<SupervisedProcess> started = new ArrayList<>();
      for (Future<Optional<SupervisedProcess>> each : pool.invokeAll(List.of(start, start))) {
        each.get().ifPresent(started::add);
      }
      assertEquals(1, started.size());
      assertEquals(3, SupervisedRuns.await(started.get(0)).code().orElseThrow());
    }
    pool.shutdown();
  }
}
